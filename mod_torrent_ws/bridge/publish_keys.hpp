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

// Remembers nonces as long as the requests that they came with could come again.
class NonceStore {
 public:
  static constexpr std::size_t kMaxNonces = 100'000;

  enum class Outcome { kNew, kUsed, kFull };

  // From now on it is used until `expires_ms`; both times are Unix times in milliseconds.
  Outcome take(std::string nonce, std::int64_t expires_ms, std::int64_t now_ms);
  [[nodiscard]] std::size_t size() const { return nonces_.size(); }

 private:
  std::unordered_set<std::string> nonces_;
  std::multimap<std::int64_t, std::string> by_expiry_;
};

class PublishKeys {
 public:
  // Requests that were signed before `start_ms` (Unix time) may have been served by a process that is gone now.
  explicit PublishKeys(std::int64_t start_ms) : start_ms_(start_ms) {}

  // The nonces of a key that stays are kept.
  void configure(const std::vector<PublishKey>& keys, std::chrono::milliseconds window);

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

  std::int64_t start_ms_;
  std::int64_t window_ms_ = 0;
  std::map<std::string, Key> keys_;
};

}  // namespace tws
