// Value: what WAMP messages are made of, whatever serializer they came in; binary values included. The helpers read
// members of dictionaries without surprises. No thread affinity.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace tws::wamp {

using Value = nlohmann::json;

using Id = std::uint64_t;
inline constexpr Id kMaxId = 1ULL << 53;

// Null where there is no such member, or a null (some clients say so), or `dict` is no dictionary.
const Value* member(const Value& dict, const char* key);

// Absent or of another type: nullopt, false.
std::optional<std::string> text_member(const Value& dict, const char* key);
std::optional<Id> id_member(const Value& dict, const char* key);
bool flag_member(const Value& dict, const char* key);

// An id as WAMP has it: an integer from 1 to 2^53.
std::optional<Id> to_id(const Value& value);

}  // namespace tws::wamp
