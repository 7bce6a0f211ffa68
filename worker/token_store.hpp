// TokenStore: redeems one-time tokens in the SQLite database that the site's pages fill (conf/schema.sql).
// Blocks: for pool workers only.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "support/result.hpp"
#include "worker/database.hpp"

namespace tws::worker {

class TokenStore {
 public:
  // The database is opened with the first redeem(), and again whenever the file was replaced or failed.
  explicit TokenStore(std::string path) : database_(std::move(path)) {}

  // Spends the token for this user, in one atomic statement: of many attempts exactly one succeeds, and
  // that one may be repeated. Errors: authentication_failed, whatever is wrong with the token, and
  // database_unavailable, with a message for the log.
  Status redeem(std::string_view user_id, std::string_view token, std::string_view attempt);

 private:
  Status spend(std::string_view user_id, const std::string& hash, std::string_view attempt, std::time_t now);
  void sweep(std::time_t now);

  Database database_;
  std::time_t next_sweep_ = 0;
};

// Lower-case hex of the SHA-256, as the database holds it; empty if OpenSSL fails.
std::string token_hash(std::string_view token);

}  // namespace tws::worker
