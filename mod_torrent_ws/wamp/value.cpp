#include "wamp/value.hpp"

namespace tws::wamp {

const Value* member(const Value& dict, const char* key) {
  if (!dict.is_object()) {
    return nullptr;
  }
  const auto found = dict.find(key);
  return found == dict.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> text_member(const Value& dict, const char* key) {
  const Value* value = member(dict, key);
  return value != nullptr && value->is_string() ? std::optional(value->get<std::string>()) : std::nullopt;
}

std::optional<Id> id_member(const Value& dict, const char* key) {
  const Value* value = member(dict, key);
  return value == nullptr ? std::nullopt : to_id(*value);
}

bool flag_member(const Value& dict, const char* key) {
  const Value* value = member(dict, key);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

std::optional<Id> to_id(const Value& value) {
  // What is positive is kept as unsigned by each of the decoders, and negative numbers as signed.
  if (!value.is_number_integer() || (!value.is_number_unsigned() && value.get<std::int64_t>() < 1)) {
    return std::nullopt;
  }
  const auto id = value.get<Id>();
  return id >= 1 && id <= kMaxId ? std::optional(id) : std::nullopt;
}

}  // namespace tws::wamp
