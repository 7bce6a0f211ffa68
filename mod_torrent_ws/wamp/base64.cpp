#include "wamp/base64.hpp"

#include <openssl/evp.h>

#include <algorithm>

namespace tws::wamp {

std::string to_base64(const std::uint8_t* bytes, std::size_t size) {
  std::string text((size + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a NUL
  text.resize(static_cast<std::size_t>(
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes, static_cast<int>(size))));
  return text;
}

std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text) {
  const std::size_t padding = text.size() - std::min(text.size(), text.find_last_not_of('=') + 1);
  // OpenSSL takes white space and dashes around it, and padding of any length.
  const bool may_be = text.size() % 4 == 0 && padding <= 2 && text.find_first_of(" \t\r\n-") == std::string_view::npos;
  std::vector<std::uint8_t> bytes(text.size() / 4 * 3);
  if (!may_be || EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                                 static_cast<int>(text.size())) < 0) {
    return std::nullopt;
  }
  bytes.resize(bytes.size() - padding);
  return bytes;
}

}  // namespace tws::wamp
