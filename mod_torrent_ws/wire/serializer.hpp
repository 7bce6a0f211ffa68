// The serializers of WAMP v2 (wamp-proto, rfc/text/basic, "Serializers"), as WebSocket subprotocols and the worker
// protocol name them. Any process and thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tws {

enum class Serializer : std::uint8_t { kJson, kCbor, kMsgpack };
inline constexpr std::array kSerializers = {Serializer::kJson, Serializer::kCbor, Serializer::kMsgpack};

// json, cbor, msgpack. Unknown: nullopt.
const char* name_of(Serializer serializer);
std::optional<Serializer> serializer_named(std::string_view name);

// Of a WebSocket subprotocol of WAMP v2: wamp.2. and the name.
std::optional<Serializer> serializer_of(std::string_view subprotocol);

// The subprotocol of WAMP v1.
inline constexpr std::string_view kWampV1 = "wamp";

}  // namespace tws
