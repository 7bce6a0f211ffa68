#include "wamp/cra.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdio>
#include <ctime>

#include "support/json.hpp"

namespace tws::wamp {

namespace {

// UTC, as ISO 8601 has it, with milliseconds.
std::string iso_time(std::chrono::system_clock::time_point time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time - seconds).count();
  const std::time_t unix_time = std::chrono::system_clock::to_time_t(seconds);
  std::tm utc{};
  gmtime_r(&unix_time, &utc);
  std::array<char, 64> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text.data() + size, text.size() - size, ".%03dZ", static_cast<int>(ms));
  return text.data();
}

}  // namespace

std::string challenge_text(const CraChallenge& challenge) {
  const Json object(json_pack("{ss# ss# ss ss# sI ss ss}", "authid", challenge.authid.data(),
                              static_cast<int>(challenge.authid.size()), "authrole", challenge.authrole.data(),
                              static_cast<int>(challenge.authrole.size()), "authmethod", "wampcra", "authprovider",
                              challenge.authprovider.data(), static_cast<int>(challenge.authprovider.size()), "session",
                              static_cast<json_int_t>(challenge.session), "nonce", challenge.nonce.c_str(), "timestamp",
                              iso_time(challenge.timestamp).c_str()));
  return to_text(object.get());
}

std::string cra_signature(std::string_view key, std::string_view challenge) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(challenge.data()), challenge.size(), digest.data(),
           &size) == nullptr) {
    return {};
  }
  // Four characters for three bytes, and a NUL.
  std::array<unsigned char, EVP_MAX_MD_SIZE * 4 / 3 + 4> base64{};
  const int length = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(size));
  return {reinterpret_cast<const char*>(base64.data()), static_cast<std::size_t>(length)};
}

bool is_cra_signature(std::string_view key, std::string_view challenge, std::string_view signature) {
  const std::string right = cra_signature(key, challenge);
  return !right.empty() && signature.size() == right.size() &&
         CRYPTO_memcmp(right.data(), signature.data(), right.size()) == 0;
}

}  // namespace tws::wamp
