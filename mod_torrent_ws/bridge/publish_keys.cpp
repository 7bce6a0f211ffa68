#include "bridge/publish_keys.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <optional>

#include "wamp/clock.hpp"
#include "wamp/cra.hpp"
#include "wire/error_uris.hpp"

namespace tws {

namespace {

constexpr std::size_t kMaxDigits = 20;
constexpr std::size_t kMaxTimestamp = 32;

Error wrong(std::string message) { return {std::move(message), error_uri::kAuthenticationFailed}; }
Error busy(std::string message) { return {std::move(message), error_uri::kBusy}; }

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= kMaxDigits &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

// With Z as its end no digit can move over from seq.
std::optional<std::int64_t> signing_time(const std::string& timestamp) {
  const bool may_be = timestamp.size() <= kMaxTimestamp && timestamp.ends_with('Z');
  return may_be ? wamp::unix_ms_of(timestamp) : std::nullopt;
}

// From the alphabet for URLs (RFC 4648, 5), with or without padding, to the other one with padding.
std::string to_plain_base64(std::string text) {
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  while (text.size() % 4 != 0) {
    text.push_back('=');
  }
  return text;
}

}  // namespace

NonceStore::Outcome NonceStore::take(std::string nonce, std::int64_t signed_ms, std::int64_t oldest_ms) {
  const auto kept = by_signing_.lower_bound(oldest_ms);
  for (auto at = by_signing_.begin(); at != kept; ++at) {
    nonces_.erase(at->second);
  }
  by_signing_.erase(by_signing_.begin(), kept);
  known_since_ms_ = std::max(known_since_ms_, oldest_ms);
  if (nonces_.contains(nonce)) {
    return Outcome::kUsed;
  }
  if (nonces_.size() >= kMaxNonces) {
    return Outcome::kFull;
  }
  nonces_.insert(by_signing_.emplace(signed_ms, std::move(nonce))->second);
  return Outcome::kNew;
}

void PublishKeys::configure(const std::vector<PublishKey>& keys, std::chrono::milliseconds window,
                            std::int64_t now_ms) {
  window_ms_ = window.count();
  std::map<std::string, Key> next;
  for (const PublishKey& key : keys) {
    const auto present = keys_.find(key.name);
    next.emplace(key.name,
                 Key{key.secret, present == keys_.end() ? NonceStore(now_ms) : std::move(present->second.nonces)});
  }
  keys_ = std::move(next);
}

Status PublishKeys::check(const PublishSignature& given, std::string_view body, std::int64_t now_ms) {
  const auto signed_at = signing_time(given.timestamp);
  if (!signed_at) {
    return wrong("timestamp is no UTC time such as 2026-01-31T12:00:00.000Z");
  }
  if (!is_number(given.seq) || !is_number(given.nonce)) {
    return wrong("seq and nonce are whole numbers");
  }
  if (std::abs(*signed_at - now_ms) > window_ms_) {
    return wrong("timestamp is not within TorrentWsPublishWindow of the server's time; set the clock, and sign anew");
  }
  const auto key = keys_.find(given.key);
  if (key == keys_.end() || key->second.secret.empty()) {
    return wrong("key or signature is wrong");
  }
  auto& [secret, nonces] = key->second;
  if (*signed_at < nonces.known_since()) {
    return busy("signed before torrent-ws or this key's line was there: it may have been published; sign anew");
  }
  if (!wamp::is_cra_signature(secret, {given.key, given.timestamp, given.seq, given.nonce, body},
                              to_plain_base64(given.signature))) {
    return wrong("key or signature is wrong");
  }
  switch (nonces.take(given.seq + given.nonce, *signed_at, now_ms - window_ms_)) {
    case NonceStore::Outcome::kNew:
      return Done{};
    case NonceStore::Outcome::kUsed:
      return wrong("this nonce was used before");
    case NonceStore::Outcome::kFull:
      break;
  }
  return busy("more requests were signed with this key than can be remembered; send lists");
}

}  // namespace tws
