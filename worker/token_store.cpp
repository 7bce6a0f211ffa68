#include "worker/token_store.hpp"

#include <openssl/evp.h>
#include <sys/stat.h>

#include <array>

#include "schema.hpp"
#include "wire/error_uris.hpp"

namespace tws::worker {

namespace {

constexpr int kBusyTimeoutMs = 5000;
constexpr std::time_t kSweepSeconds = 60;

// NORMAL: a power failure may forget the last second's redemptions, no crash of a process does.
constexpr const char* kSetUp = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;";

constexpr const char* kRedeem =
    "UPDATE torrent_ws_token SET spent_at = coalesce(spent_at, ?3), spent_by = ?4"
    " WHERE token_hash = ?1 AND user_id = ?2 AND expires_at > ?3 AND (spent_at IS NULL OR spent_by = ?4)";

constexpr const char* kSweep = "DELETE FROM torrent_ws_token WHERE expires_at <= ?1";

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

Statement prepare(sqlite3* database, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(database, sql, -1, &statement, nullptr);
  return Statement(statement);
}

void bind_text(const Statement& statement, int index, std::string_view text) {
  sqlite3_bind_text(statement.get(), index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

}  // namespace

std::string token_hash(std::string_view token) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(token.data(), token.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    return {};
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += kDigits[digest[i] >> 4];
    hex += kDigits[digest[i] & 0xF];
  }
  return hex;
}

Status TokenStore::redeem(std::string_view user_id, std::string_view token, std::string_view attempt) {
  const std::string hash = token_hash(token);
  // Two attempts without a name would pass for one and the same.
  if (hash.empty() || attempt.empty()) {
    return Error{"no attempt, or no SHA-256", error_uri::kAuthenticationFailed};
  }
  if (!is_current()) {
    if (auto opened = open(); !opened) {
      return opened;
    }
  }
  const std::time_t now = std::time(nullptr);
  auto spent = spend(user_id, hash, attempt, now);
  if (!spent && spent.error().uri == error_uri::kDatabaseUnavailable) {
    database_.reset();  // the next one starts afresh, in case the file was exchanged below us
  } else {
    sweep(now);
  }
  return spent;
}

Status TokenStore::open() {
  sqlite3* database = nullptr;
  const int opened = sqlite3_open_v2(path_.c_str(), &database,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  database_.reset(database);
  struct stat file {};
  if (opened != SQLITE_OK || sqlite3_busy_timeout(database, kBusyTimeoutMs) != SQLITE_OK ||
      sqlite3_exec(database, kSetUp, nullptr, nullptr, nullptr) != SQLITE_OK ||
      sqlite3_exec(database, kSchema, nullptr, nullptr, nullptr) != SQLITE_OK || ::stat(path_.c_str(), &file) != 0) {
    Error error = failure("cannot be opened");
    database_.reset();
    return error;
  }
  device_ = file.st_dev;
  inode_ = file.st_ino;
  return Done{};
}

Status TokenStore::spend(std::string_view user_id, const std::string& hash, std::string_view attempt, std::time_t now) {
  const Statement statement = prepare(database_.get(), kRedeem);
  if (!statement) {
    return failure("cannot redeem");
  }
  bind_text(statement, 1, hash);
  bind_text(statement, 2, user_id);
  sqlite3_bind_int64(statement.get(), 3, now);
  bind_text(statement, 4, attempt);
  // SQLITE_DONE means that the change is committed.
  if (sqlite3_step(statement.get()) != SQLITE_DONE) {
    return failure("cannot redeem");
  }
  if (sqlite3_changes(database_.get()) != 1) {
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
  if (const Statement statement = prepare(database_.get(), kSweep)) {
    sqlite3_bind_int64(statement.get(), 1, now);
    sqlite3_step(statement.get());
  }
}

bool TokenStore::is_current() const {
  struct stat file {};
  return database_ && ::stat(path_.c_str(), &file) == 0 && file.st_dev == device_ && file.st_ino == inode_;
}

Error TokenStore::failure(const char* what) const {
  const char* reason = database_ ? sqlite3_errmsg(database_.get()) : "out of memory";
  return {"token database " + path_ + " " + what + ": " + reason, error_uri::kDatabaseUnavailable};
}

}  // namespace tws::worker
