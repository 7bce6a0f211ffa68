#include "worker/tail_form.hpp"

#include <algorithm>

namespace tws::worker {

const char* name_of(ListFormat format) { return format == ListFormat::kTable ? "table" : "object"; }

std::optional<ListFormat> format_named(std::string_view name) {
  const auto* const found = std::find_if(kListFormats.begin(), kListFormats.end(),
                                         [name](ListFormat format) { return name == name_of(format); });
  return found == kListFormats.end() ? std::nullopt : std::optional(*found);
}

std::vector<TailForm> tail_forms_of(const json_t* arguments) {
  std::vector<TailForm> forms;
  std::size_t index = 0;
  const json_t* tail = nullptr;
  json_array_foreach(json_object_get(arguments, "tails"), index, tail) {
    const auto serializer = serializer_named(string_member(tail, "serializer").value_or(""));
    const auto format = format_named(string_member(tail, "format").value_or(""));
    if (serializer && format) {
      forms.push_back({*format, *serializer});
    }
  }
  return forms;
}

Json lengths_of_tails(std::span<const TailForm> forms, std::span<const std::size_t> lengths) {
  Json tails(json_array());
  for (std::size_t i = 0; i < forms.size(); ++i) {
    if (lengths[i] != 0) {
      json_array_append_new(
          tails.get(), json_pack("{s:s,s:s,s:I}", "format", name_of(forms[i].format), "serializer",
                                 tws::name_of(forms[i].serializer), "length", static_cast<json_int_t>(lengths[i])));
    }
  }
  return tails;
}

}  // namespace tws::worker
