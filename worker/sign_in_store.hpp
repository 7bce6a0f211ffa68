// SignInStore: whose the site's own logins are, and the keys of WAMP-CRA, in the database that the site's pages fill
// (conf/schema.sql). Blocks: for pool workers only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "support/result.hpp"
#include "worker/database.hpp"

namespace tws::worker {

// What signs a challenge; docs/worker-protocol.md says the same of key.get.
struct SignInKey {
  std::string key;
  std::string salt;             // empty: not salted, and the following mean nothing
  std::int64_t iterations = 0;  // of PBKDF2
  std::int64_t key_length = 0;  // in bytes
};

class SignInStore {
 public:
  // The database is opened with the first question, and again whenever the file was replaced or failed.
  explicit SignInStore(std::string path) : database_(std::move(path)) {}

  // The user id of a login of the site, and the key of a user id. Errors: authentication_failed where there is none,
  // and database_unavailable, with a message for the log.
  Result<std::string> user_of(std::string_view login);
  Result<SignInKey> key_of(std::string_view user_id);

 private:
  // The statement, at the row that it finds for this text.
  Result<Statement> find(const char* sql, std::string_view text);

  Database database_;
};

}  // namespace tws::worker
