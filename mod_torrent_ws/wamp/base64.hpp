// Base64 (RFC 4648, 4), by OpenSSL. No thread affinity.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tws::wamp {

std::string to_base64(const std::uint8_t* bytes, std::size_t size);

// Nullopt when it is not base64 with its padding.
std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text);

}  // namespace tws::wamp
