#include "worker/sign_in_store.hpp"

#include "wire/error_uris.hpp"

namespace tws::worker {

namespace {

// An empty user id is nobody's.
constexpr const char* kUserOfLogin = "SELECT user_id FROM torrent_ws_login WHERE login = ?1 AND user_id <> ''";

// With an empty key anybody could sign. Iterations and length that are not given are those that WAMP-CRA's clients
// take.
constexpr const char* kKeyOfUser =
    "SELECT key, salt, coalesce(iterations, 1000), coalesce(key_length, 32) FROM torrent_ws_key"
    " WHERE user_id = ?1 AND key <> ''";

}  // namespace

Result<std::string> SignInStore::user_of(std::string_view login) {
  const auto row = find(kUserOfLogin, login);
  return row ? Result<std::string>(column_text(*row, 0)) : row.error();
}

Result<SignInKey> SignInStore::key_of(std::string_view user_id) {
  const auto row = find(kKeyOfUser, user_id);
  if (!row) {
    return row.error();
  }
  return SignInKey{.key = column_text(*row, 0),
                   .salt = column_text(*row, 1),
                   .iterations = sqlite3_column_int64(row->get(), 2),
                   .key_length = sqlite3_column_int64(row->get(), 3)};
}

Result<Statement> SignInStore::find(const char* sql, std::string_view text) {
  if (const auto opened = database_.open(); !opened) {
    return opened.error();
  }
  Statement statement = database_.prepare(sql);
  if (statement) {
    bind_text(statement, 1, text);
  }
  switch (statement ? sqlite3_step(statement.get()) : SQLITE_ERROR) {
    case SQLITE_ROW:
      return statement;
    case SQLITE_DONE:
      return Error{"there is none", error_uri::kAuthenticationFailed};
    default: {
      Error error = database_.failure("cannot be read");
      statement.reset();
      database_.close();
      return error;
    }
  }
}

}  // namespace tws::worker
