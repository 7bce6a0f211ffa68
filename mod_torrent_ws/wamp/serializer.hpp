// Serializers of WAMP v2 (wamp-proto, rfc/text/basic, "Serializers"): JSON as text, CBOR and MessagePack as binary messages.
// Binary values are native in the latter two; in JSON they are strings that begin with U+0000, base64 behind it.
// No thread affinity.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "support/result.hpp"
#include "wamp/value.hpp"

namespace tws::wamp {

enum class Serializer : std::uint8_t { kJson, kCbor, kMsgpack };
inline constexpr std::array kSerializers = {Serializer::kJson, Serializer::kCbor, Serializer::kMsgpack};

// Of a WebSocket subprotocol, such as wamp.2.json.
std::optional<Serializer> serializer_of(std::string_view subprotocol);

// Whether its messages are binary ones.
constexpr bool is_binary(Serializer serializer) { return serializer != Serializer::kJson; }

// More than that is no message but an attack: nobody nests so deep, or sends so many values at a time.
inline constexpr std::size_t kMaxDepth = 64;
inline constexpr std::size_t kMaxValues = 500'000;

// One whole value. Refused: what is not well-formed, dictionaries that have a key twice, text that is not UTF-8, and what is over the
// bounds (with the URI wamp.error.payload_size_exceeded).
Result<Value> decode(Serializer serializer, std::string_view bytes);

// Appends the value's encoding.
void encode(std::string& out, Serializer serializer, const Value& value);

}  // namespace tws::wamp
