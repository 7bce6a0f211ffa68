#include "wamp/cra.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <memory>

#include "wamp/base64.hpp"
#include "wamp/serializer.hpp"

namespace tws::wamp {

namespace {

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string signature_of(std::string_view key, std::initializer_list<std::string_view> parts) {
  static const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> hmac(EVP_MAC_fetch(nullptr, "HMAC", nullptr),
                                                                      EVP_MAC_free);
  const std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> context(hmac ? EVP_MAC_CTX_new(hmac.get()) : nullptr,
                                                                          EVP_MAC_CTX_free);
  std::string digest_name = "SHA256";
  const std::array<OSSL_PARAM, 2> parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name.data(), 0), OSSL_PARAM_construct_end()};
  bool is_done = context && EVP_MAC_init(context.get(), bytes_of(key), key.size(), parameters.data()) == 1;
  for (const auto part : parts) {
    is_done = is_done && EVP_MAC_update(context.get(), bytes_of(part), part.size()) == 1;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  std::size_t size = 0;
  is_done = is_done && EVP_MAC_final(context.get(), digest.data(), &size, digest.size()) == 1;
  return is_done ? to_base64(digest.data(), size) : std::string();
}

}  // namespace

std::string challenge_text(const CraChallenge& challenge) {
  const Value object = {{"authid", challenge.authid},      {"authrole", challenge.authrole},
                        {"authmethod", "wampcra"},         {"authprovider", challenge.authprovider},
                        {"session", challenge.session},    {"nonce", challenge.nonce},
                        {"timestamp", challenge.timestamp}};
  std::string text;
  encode(text, Serializer::kJson, object);
  return text;
}

std::string cra_signature(std::string_view key, std::string_view challenge) { return signature_of(key, {challenge}); }

bool is_cra_signature(std::string_view key, std::string_view challenge, std::string_view signature) {
  return is_cra_signature(key, {challenge}, signature);
}

bool is_cra_signature(std::string_view key, std::initializer_list<std::string_view> parts, std::string_view signature) {
  const std::string right = signature_of(key, parts);
  return !right.empty() && signature.size() == right.size() &&
         CRYPTO_memcmp(right.data(), signature.data(), right.size()) == 0;
}

}  // namespace tws::wamp
