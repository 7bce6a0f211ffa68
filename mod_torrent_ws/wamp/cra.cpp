#include "wamp/cra.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "wamp/base64.hpp"
#include "wamp/serializer.hpp"

namespace tws::wamp {

std::string challenge_text(const CraChallenge& challenge) {
  const Value object = {{"authid", challenge.authid},      {"authrole", challenge.authrole},
                        {"authmethod", "wampcra"},         {"authprovider", challenge.authprovider},
                        {"session", challenge.session},    {"nonce", challenge.nonce},
                        {"timestamp", challenge.timestamp}};
  std::string text;
  encode(text, Serializer::kJson, object);
  return text;
}

std::string cra_signature(std::string_view key, std::string_view challenge) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(challenge.data()), challenge.size(), digest.data(),
           &size) == nullptr) {
    return {};
  }
  return to_base64(digest.data(), size);
}

bool is_cra_signature(std::string_view key, std::string_view challenge, std::string_view signature) {
  const std::string right = cra_signature(key, challenge);
  return !right.empty() && signature.size() == right.size() &&
         CRYPTO_memcmp(right.data(), signature.data(), right.size()) == 0;
}

}  // namespace tws::wamp
