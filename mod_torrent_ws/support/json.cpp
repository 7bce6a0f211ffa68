#include "support/json.hpp"

namespace tws {

namespace {

int append_chunk(const char* data, size_t size, void* out) {
  static_cast<std::string*>(out)->append(data, size);
  return 0;
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  json_error_t error;
  Json value(json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error));
  if (!value) {
    return Error{std::string("not JSON: ") + error.text, {}};
  }
  return value;
}

void append_json(std::string& out, const json_t* value) {
  json_dump_callback(value, append_chunk, &out, JSON_COMPACT | JSON_ENCODE_ANY);
}

std::string to_text(const json_t* value) {
  std::string out;
  append_json(out, value);
  return out;
}

void append_json_string(std::string& out, std::string_view text) {
  Json value(json_stringn(text.data(), text.size()));
  append_json(out, value ? value.get() : json_null());
}

std::optional<std::string_view> string_member(const json_t* object, const char* key) {
  const json_t* value = json_object_get(object, key);
  if (!json_is_string(value)) {
    return std::nullopt;
  }
  return string_of(value);
}

std::optional<std::int64_t> integer_member(const json_t* object, const char* key) {
  const json_t* value = json_object_get(object, key);
  if (!json_is_integer(value)) {
    return std::nullopt;
  }
  return json_integer_value(value);
}

std::string text_member(const json_t* object, const char* key) {
  return std::string(string_member(object, key).value_or(std::string_view{}));
}

bool bool_member(const json_t* object, const char* key) { return json_is_true(json_object_get(object, key)); }

}  // namespace tws
