#include "wire/serializer.hpp"

#include <algorithm>

namespace tws {

namespace {

constexpr std::array kNames = {"json", "cbor", "msgpack"};  // in the order of the enumeration
static_assert(kNames.size() == kSerializers.size());

}  // namespace

const char* name_of(Serializer serializer) { return kNames.at(static_cast<std::size_t>(serializer)); }

std::optional<Serializer> serializer_named(std::string_view name) {
  const auto* const found = std::find(kNames.begin(), kNames.end(), name);
  return found == kNames.end() ? std::nullopt : std::optional(kSerializers.at(found - kNames.begin()));
}

std::optional<Serializer> serializer_of(std::string_view subprotocol) {
  constexpr std::string_view kWamp = "wamp.2.";
  return subprotocol.starts_with(kWamp) ? serializer_named(subprotocol.substr(kWamp.size())) : std::nullopt;
}

}  // namespace tws
