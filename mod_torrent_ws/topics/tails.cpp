#include "topics/tails.hpp"

#include <algorithm>

namespace tws {

namespace {

// The beginning of a map: RFC 8949, 3; MessagePack, "Map format family".
void append_map_start(std::string& out, wamp::Serializer serializer, std::size_t pairs) {
  constexpr std::size_t kShort = 16;  // fewer fit into the first byte
  const bool is_cbor = serializer == wamp::Serializer::kCbor;
  if (pairs < kShort) {
    out.push_back(static_cast<char>((is_cbor ? 0xA0U : 0x80U) | pairs));
  } else {
    out.push_back(static_cast<char>(is_cbor ? 0xB9U : 0xDEU));
    out.push_back(static_cast<char>(pairs >> 8U));
    out.push_back(static_cast<char>(pairs & 0xFFU));
  }
}

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

std::optional<Tails> tails_of(const JobFrame& frame) {
  Tails tails;
  const json_t* named = json_object_get(frame.header.get(), "tails");
  std::size_t offset = 0;
  for (std::size_t i = 0; i < json_array_size(named); ++i) {
    const json_t* tail = json_array_get(named, i);
    const auto length = static_cast<std::size_t>(integer_member(tail, "length").value_or(0));
    if (length > frame.body.size() - offset) {
      return std::nullopt;
    }
    if (const auto form = form_of(tail)) {
      tails.emplace(*form, frame.body.substr(offset, length));
    }
    offset += length;
  }
  return tails;
}

std::string with_tail(wamp::Serializer serializer, const wamp::Value& head, std::string_view tail,
                      std::size_t members) {
  std::string kwargs;
  if (serializer == wamp::Serializer::kJson) {
    wamp::encode(kwargs, serializer, head);
    kwargs.back() = ',';  // the tail has the closing brace
    return kwargs.append(tail);
  }
  append_map_start(kwargs, serializer, head.size() + members);
  for (const auto& [key, value] : head.items()) {
    wamp::encode(kwargs, serializer, key);
    wamp::encode(kwargs, serializer, value);
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
