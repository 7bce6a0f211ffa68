#include "worker/tail_form.hpp"

namespace tws::worker {

const char* name_of(ListFormat format) { return format == ListFormat::kTable ? "table" : "object"; }

const char* name_of(Serializer serializer) {
  switch (serializer) {
    case Serializer::kCbor:
      return "cbor";
    case Serializer::kMsgpack:
      return "msgpack";
    default:
      return "json";
  }
}

std::vector<TailForm> tail_forms_of(const json_t* arguments) {
  std::vector<TailForm> forms;
  std::size_t index = 0;
  const json_t* tail = nullptr;
  json_array_foreach(json_object_get(arguments, "tails"), index, tail) {
    for (const ListFormat format : kListFormats) {
      for (const Serializer serializer : kSerializers) {
        if (string_member(tail, "format") == name_of(format) &&
            string_member(tail, "serializer") == name_of(serializer)) {
          forms.push_back({format, serializer});
        }
      }
    }
  }
  return forms;
}

}  // namespace tws::worker
