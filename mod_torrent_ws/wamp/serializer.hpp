// What the serializers of WAMP v2 make of values (wamp-proto, rfc/text/basic, "Serializers"): JSON as text, CBOR and
// MessagePack as binary messages. Binary values are native in the latter two; in JSON they are strings that begin with
// U+0000, base64 behind it. No thread affinity.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "support/result.hpp"
#include "wamp/value.hpp"
#include "wire/serializer.hpp"

namespace tws::wamp {

using tws::kSerializers;
using tws::Serializer;

// Whether its messages are binary ones.
constexpr bool is_binary(Serializer serializer) { return serializer != Serializer::kJson; }

// More than that is no message but an attack: nobody nests so deep, or sends so many values at a time.
inline constexpr std::size_t kMaxDepth = 64;
inline constexpr std::size_t kMaxValues = 500'000;

// One whole value. Refused: what is not well-formed, dictionaries that have a key twice, text that is not UTF-8, and
// what is over the bounds (with the URI wamp.error.payload_size_exceeded).
Result<Value> decode(Serializer serializer, std::string_view bytes);

// What the server made or has checked: without bounds, and of two values with one key it is the first.
Value decode_trusted(Serializer serializer, std::string_view bytes);

// A list that is built only as far as it is to be read: the rest, which is passed on, is checked in the same way, but
// stays bytes.
struct PartlyDecoded {
  struct Part {
    std::string_view bytes;  // of what was decoded
    bool is_list = false;    // else a dictionary
    bool is_empty = true;
    // It may be passed on as it is. Else it has tags or extensions, which readers of the same serializer may not take:
    // they are left out when it is made anew.
    bool is_plain = true;
  };
  Value list;
  std::vector<Part> rest;
};

// `fields_of` says of the list's first element how many there are to be built; those behind are lists and dictionaries.
// In the latter, two values may have one key.
Result<PartlyDecoded> decode_partly(Serializer serializer, std::string_view bytes,
                                    std::size_t (*fields_of)(const Value& first));

// Appends the value's encoding.
void encode(std::string& out, Serializer serializer, const Value& value);

}  // namespace tws::wamp
