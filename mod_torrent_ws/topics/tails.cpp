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

// A dictionary's encoding, open for so many members more.
std::string open_dictionary(wamp::Serializer serializer, const wamp::Value& head, std::size_t members) {
  std::string text;
  if (serializer == wamp::Serializer::kJson) {
    wamp::encode(text, serializer, head);
    text.back() = ',';
    return text;
  }
  append_map_start(text, serializer, head.size() + members);
  for (const auto& [key, value] : head.items()) {
    wamp::encode(text, serializer, key);
    wamp::encode(text, serializer, value);
  }
  return text;
}

// What stands in front of a list's values: how many there are, below 65536 (RFC 8949, 3; MessagePack, "array 16").
std::string list_head(wamp::Serializer serializer, std::size_t size) {
  const char first = serializer == wamp::Serializer::kCbor ? '\x99' : '\xdc';
  return {first, static_cast<char>(size >> 8), static_cast<char>(size & 0xFF)};
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
  return open_dictionary(serializer, head, members).append(tail);  // in JSON it has the closing brace
}

std::string transcoded(const Form& form, const Tails& tails) {
  constexpr auto kJson = wamp::Serializer::kJson;
  std::string tail;
  wamp::encode(tail, form.serializer, wamp::decode_trusted(kJson, "{" + tails.at({form.format, kJson})));
  return tail.erase(0, 1);  // the head of a map of so few members
}

std::string event_kwargs(const Form& form, const wamp::Value& head, const Tails& tails) {
  const auto tail = tails.find(form);
  return with_tail(form.serializer, head, tail != tails.end() ? tail->second : transcoded(form, tails));
}

std::string with_list(wamp::Serializer serializer, const wamp::Value& head, std::string_view name,
                      const std::vector<std::string>& items) {
  const bool is_json = serializer == wamp::Serializer::kJson;
  std::string text = open_dictionary(serializer, head, 1);
  wamp::encode(text, serializer, name);
  text.append(is_json ? ":[" : list_head(serializer, items.size()));
  for (const std::string& item : items) {
    text.append(is_json && &item != &items.front() ? "," : "").append(item);
  }
  return text.append(is_json ? "]}" : "");
}

wamp::Value without_torrents(wamp::Value head, std::string_view format) {
  head["torrents"] =
      format == kFormats[1] ? wamp::Value{{"fields", {"hash"}}, {"rows", wamp::Value::array()}} : wamp::Value::object();
  head["removed"] = wamp::Value::array();
  head["session"] = wamp::Value::object();
  return head;
}

}  // namespace tws
