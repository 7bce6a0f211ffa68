// Json: owns one reference to a jansson value; the helpers read members without surprises.
#pragma once

#include <jansson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "support/result.hpp"

namespace tws {

// Owns one reference. Default-constructed and failed values are null pointers (not JSON null).
class Json {
 public:
  Json() = default;
  // Takes over the caller's reference, as jansson's functions with "new reference" give it.
  explicit Json(json_t* owned) : value_(owned) {}
  // Adds a reference to a borrowed value.
  static Json share(json_t* borrowed) { return Json(json_incref(borrowed)); }

  Json(Json&& other) noexcept : value_(std::exchange(other.value_, nullptr)) {}
  Json& operator=(Json&& other) noexcept {
    if (this != &other) {
      json_decref(std::exchange(value_, std::exchange(other.value_, nullptr)));
    }
    return *this;
  }
  Json(const Json& other) : value_(json_incref(other.value_)) {}
  Json& operator=(const Json& other) {
    if (this != &other) {
      json_decref(std::exchange(value_, json_incref(other.value_)));
    }
    return *this;
  }
  ~Json() { json_decref(value_); }

  [[nodiscard]] json_t* get() const { return value_; }
  [[nodiscard]] json_t* release() { return std::exchange(value_, nullptr); }
  explicit operator bool() const { return value_ != nullptr; }

 private:
  json_t* value_ = nullptr;
};

// Parses one JSON text of any kind; duplicate keys are refused, as they hide arguments from checks.
Result<Json> parse_json(std::string_view text);

// Compact UTF-8 text. Appends, so that a caller can build a message around it.
void append_json(std::string& out, const json_t* value);
std::string to_text(const json_t* value);

// A JSON string literal with its quotes.
void append_json_string(std::string& out, std::string_view text);

// Members of an object; absent or of another type: nullopt.
std::optional<std::string_view> string_member(const json_t* object, const char* key);
std::optional<std::int64_t> integer_member(const json_t* object, const char* key);
// The text of a string member, or an empty one.
std::string text_member(const json_t* object, const char* key);
bool bool_member(const json_t* object, const char* key);

// The text of a JSON string value.
inline std::string_view string_of(const json_t* value) { return {json_string_value(value), json_string_length(value)}; }

}  // namespace tws
