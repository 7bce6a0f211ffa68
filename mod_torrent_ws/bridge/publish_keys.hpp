// PublishKeys: who signs publications over HTTP (TorrentWsPublishKey), and that nothing is published twice by sending a
// signed request again. Event-loop thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "support/result.hpp"
#include "wire/configuration.hpp"
#include "wire/handover.hpp"

namespace tws {

// Remembers nonces as long as the requests that they came with could come again, and when those were signed that it
// does not know: they may have been served. Times are Unix times in milliseconds.
class NonceStore {
 public:
  static constexpr std::size_t kMaxNonces = 100'000;

  enum class Outcome { kNew, kUsed, kFull };

  explicit NonceStore(std::int64_t known_since_ms) : known_since_ms_(known_since_ms) {}
  NonceStore(NonceStore&&) = default;
  NonceStore& operator=(NonceStore&&) = default;

  // What was signed earlier is not known, or not any more: it has to be refused.
  [[nodiscard]] std::int64_t known_since() const { return known_since_ms_; }
  // Forgets what was signed before `oldest_ms`. A new one, signed at known_since() or later, is used from now on.
  Outcome take(std::string nonce, std::int64_t signed_ms, std::int64_t oldest_ms);
  [[nodiscard]] std::size_t size() const { return nonces_.size(); }

 private:
  std::int64_t known_since_ms_;
  std::multimap<std::int64_t, std::string> by_signing_;
  std::unordered_set<std::string_view> nonces_;  // those
};

class PublishKeys {
 public:
  // The nonces of a key that stays are kept. Of a key that is new, or is there again, nothing is good that was signed
  // before `now_ms` (Unix time): it may have been served.
  void configure(const std::vector<PublishKey>& keys, std::chrono::milliseconds window, std::int64_t now_ms);

  // Whether the key's owner signed that body, now, and for the first time. Signed is what Crossbar.io signs:
  //
  //   signature = base64url(HMAC-SHA256(secret, key timestamp seq nonce body))     with nothing between the parts
  //
  // As nothing tells where seq ends and nonce begins, both are digits, and remembered as one. Errors have the URIs
  // wamp.error.authentication_failed and torrent_ws.error.busy.
  Status check(const PublishSignature& given, std::string_view body, std::int64_t now_ms);

 private:
  struct Key {
    std::string secret;
    NonceStore nonces;
  };

  std::int64_t window_ms_ = 0;
  std::map<std::string, Key> keys_;
};

}  // namespace tws
