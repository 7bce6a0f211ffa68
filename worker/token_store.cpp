#include "worker/token_store.hpp"

#include <openssl/evp.h>

#include <array>

#include "support/hex.hpp"
#include "wire/error_uris.hpp"

namespace tws::worker {

namespace {

constexpr std::time_t kSweepSeconds = 60;

constexpr const char* kRedeem =
    "UPDATE torrent_ws_token SET spent_at = coalesce(spent_at, ?3), spent_by = ?4"
    " WHERE token_hash = ?1 AND user_id = ?2 AND expires_at > ?3 AND (spent_at IS NULL OR spent_by = ?4)";

constexpr const char* kSweep = "DELETE FROM torrent_ws_token WHERE expires_at <= ?1";

}  // namespace

std::string token_hash(std::string_view token) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(token.data(), token.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    return {};
  }
  return to_hex(digest.data(), size);
}

Status TokenStore::redeem(std::string_view user_id, std::string_view token, std::string_view attempt) {
  const std::string hash = token_hash(token);
  // Two attempts without a name would pass for one and the same.
  if (hash.empty() || attempt.empty()) {
    return Error{"no attempt, or no SHA-256", error_uri::kAuthenticationFailed};
  }
  if (auto opened = database_.open(); !opened) {
    return opened;
  }
  const std::time_t now = std::time(nullptr);
  auto spent = spend(user_id, hash, attempt, now);
  if (!spent && spent.error().uri == error_uri::kDatabaseUnavailable) {
    database_.close();
  } else {
    sweep(now);
  }
  return spent;
}

Status TokenStore::spend(std::string_view user_id, const std::string& hash, std::string_view attempt, std::time_t now) {
  const Statement statement = database_.prepare(kRedeem);
  if (!statement) {
    return database_.failure("cannot redeem");
  }
  bind_text(statement, 1, hash);
  bind_text(statement, 2, user_id);
  sqlite3_bind_int64(statement.get(), 3, now);
  bind_text(statement, 4, attempt);
  // SQLITE_DONE means that the change is committed.
  if (sqlite3_step(statement.get()) != SQLITE_DONE) {
    return database_.failure("cannot redeem");
  }
  if (database_.changes() != 1) {
    return Error{"the token is unknown, expired, spent, or another user's", error_uri::kAuthenticationFailed};
  }
  return Done{};
}

void TokenStore::sweep(std::time_t now) {
  if (now < next_sweep_) {
    return;
  }
  next_sweep_ = now + kSweepSeconds;
  // If it fails, the next one does it: expired tokens are harmless.
  if (const Statement statement = database_.prepare(kSweep)) {
    sqlite3_bind_int64(statement.get(), 1, now);
    sqlite3_step(statement.get());
  }
}

}  // namespace tws::worker
