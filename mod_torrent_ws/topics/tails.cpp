#include "topics/tails.hpp"

#include <algorithm>

namespace tws {

namespace {

// `torrents`, `removed` and `session`.
constexpr int kTailMembers = 3;

}  // namespace

Json to_json(const Form& form) {
  return Json(json_pack("{ss ss}", "format", form.format.c_str(), "serializer", name_of(form.serializer)));
}

std::optional<Form> form_of(const json_t* named) {
  const auto format = string_member(named, "format");
  const auto serializer = serializer_named(string_member(named, "serializer").value_or(""));
  if (std::find(kFormats.begin(), kFormats.end(), format) == kFormats.end() || !serializer) {
    return std::nullopt;
  }
  return Form{std::string(*format), *serializer};
}

std::string with_tail(wamp::Serializer serializer, const wamp::Value& head, std::string_view tail) {
  std::string kwargs;
  wamp::encode(kwargs, serializer, head);
  if (serializer == wamp::Serializer::kJson) {
    kwargs.back() = ',';  // the tail has the closing brace
  } else {
    // A map of fewer than sixteen pairs says how many in the low bits of its first byte (RFC 8949, 3; MessagePack,
    // "fixmap").
    kwargs.front() = static_cast<char>(kwargs.front() + kTailMembers);
  }
  return kwargs.append(tail);
}

wamp::Value without_torrents(wamp::Value head, std::string_view format) {
  head["torrents"] =
      format == kFormats[1] ? wamp::Value{{"fields", {"hash"}}, {"rows", wamp::Value::array()}} : wamp::Value::object();
  head["removed"] = wamp::Value::array();
  head["session"] = wamp::Value::object();
  return head;
}

}  // namespace tws
