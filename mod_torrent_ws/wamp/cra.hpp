// WAMP-CRA: a client proves that it has a key without sending it (wamp-proto, advanced profile, "Challenge Response
// Authentication"). Any thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "support/random.hpp"
#include "wamp/clock.hpp"

namespace tws::wamp {

// What the session will be once the challenge is signed.
struct CraChallenge {
  std::string authid;
  std::string authrole;
  std::string authprovider;
  std::uint64_t session = 0;
  std::string nonce = random_hex();
  std::string timestamp = utc_now();
};

// The JSON text that goes into CHALLENGE.Details.challenge, and is signed as it is.
std::string challenge_text(const CraChallenge& challenge);

// HMAC-SHA256 of the challenge's text, in base64; empty if OpenSSL fails. `key` is what torrent_ws_key has
// (conf/schema.sql): of a salted one the base64 text itself, not what it stands for.
std::string cra_signature(std::string_view key, std::string_view challenge);

// Whether that is the signature; how long it takes does not tell how much of it is right.
bool is_cra_signature(std::string_view key, std::string_view challenge, std::string_view signature);
// The same of a text in parts, which are not copied.
bool is_cra_signature(std::string_view key, std::initializer_list<std::string_view> parts, std::string_view signature);

}  // namespace tws::wamp
