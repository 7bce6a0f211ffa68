// TokenStore: redeems one-time tokens in the SQLite database that the site's pages fill (conf/schema.sql).
// Blocks: for pool workers only.
#pragma once

#include <sqlite3.h>
#include <sys/types.h>

#include <ctime>
#include <memory>
#include <string>
#include <string_view>

#include "support/result.hpp"

namespace tws::worker {

class TokenStore {
 public:
  // The database is opened with the first redeem(), and again whenever the file was replaced or failed.
  explicit TokenStore(std::string path) : path_(std::move(path)) {}

  // Spends the token for this user, in one atomic statement: of many attempts exactly one succeeds, and
  // that one may be repeated. Errors: authentication_failed, whatever is wrong with the token, and
  // database_unavailable, with a message for the log.
  Status redeem(std::string_view user_id, std::string_view token, std::string_view attempt);

 private:
  struct CloseDatabase {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };

  Status open();
  Status spend(std::string_view user_id, const std::string& hash, std::string_view attempt, std::time_t now);
  void sweep(std::time_t now);
  [[nodiscard]] bool is_current() const;
  [[nodiscard]] Error failure(const char* what) const;

  std::string path_;
  std::unique_ptr<sqlite3, CloseDatabase> database_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  std::time_t next_sweep_ = 0;
};

// Lower-case hex of the SHA-256, as the database holds it; empty if OpenSSL fails.
std::string token_hash(std::string_view token);

}  // namespace tws::worker
