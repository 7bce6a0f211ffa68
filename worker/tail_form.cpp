#include "worker/tail_form.hpp"

namespace tws::worker {

const char* name_of(ListFormat format) { return format == ListFormat::kTable ? "table" : "object"; }

std::vector<TailForm> tail_forms_of(const json_t* arguments) {
  std::vector<TailForm> forms;
  std::size_t index = 0;
  const json_t* tail = nullptr;
  json_array_foreach(json_object_get(arguments, "tails"), index, tail) {
    const auto serializer = serializer_named(string_member(tail, "serializer").value_or(""));
    for (const ListFormat format : kListFormats) {
      if (serializer && string_member(tail, "format") == name_of(format)) {
        forms.push_back({format, *serializer});
      }
    }
  }
  return forms;
}

}  // namespace tws::worker
