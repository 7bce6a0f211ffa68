// Bytes as hex digits. Any thread.
#pragma once

#include <cstddef>
#include <string>

namespace tws {

// Two lower-case digits for each byte.
inline std::string to_hex(const unsigned char* bytes, std::size_t size) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * size);
  for (std::size_t i = 0; i < size; ++i) {
    hex.push_back(kDigits[bytes[i] >> 4]);
    hex.push_back(kDigits[bytes[i] & 0xF]);
  }
  return hex;
}

}  // namespace tws
