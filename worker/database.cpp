#include "worker/database.hpp"

#include <sys/stat.h>

#include "schema.hpp"
#include "wire/error_uris.hpp"

namespace tws::worker {

namespace {

// NORMAL: a power failure may forget the last second's redemptions, no crash of a process does.
constexpr const char* kSetUp = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;";

}  // namespace

void bind_text(const Statement& statement, int index, std::string_view text) {
  sqlite3_bind_text(statement.get(), index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

std::string column_text(const Statement& statement, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), column));
  const int size = sqlite3_column_bytes(statement.get(), column);
  return text == nullptr ? std::string() : std::string(text, static_cast<std::size_t>(size));
}

Status Database::open() {
  if (is_current()) {
    return Done{};
  }
  sqlite3* database = nullptr;
  const int opened = sqlite3_open_v2(path_.c_str(), &database,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  database_.reset(database);
  struct stat file {};
  if (opened != SQLITE_OK || sqlite3_busy_timeout(database, static_cast<int>(patience_.count())) != SQLITE_OK ||
      sqlite3_exec(database, kSetUp, nullptr, nullptr, nullptr) != SQLITE_OK ||
      sqlite3_exec(database, kSchema, nullptr, nullptr, nullptr) != SQLITE_OK || ::stat(path_.c_str(), &file) != 0) {
    Error error = failure("cannot be opened");
    close();
    return error;
  }
  device_ = file.st_dev;
  inode_ = file.st_ino;
  return Done{};
}

bool Database::execute(const char* sql) const {
  return sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

Statement Database::prepare(const char* sql) const {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(database_.get(), sql, -1, &statement, nullptr);
  return Statement(statement);
}

Error Database::failure(const char* what) const {
  const char* reason = database_ ? sqlite3_errmsg(database_.get()) : "out of memory";
  return {"token database " + path_ + " " + what + ": " + reason, error_uri::kDatabaseUnavailable};
}

bool Database::is_current() const {
  struct stat file {};
  return database_ && ::stat(path_.c_str(), &file) == 0 && file.st_dev == device_ && file.st_ino == inode_;
}

Transaction::~Transaction() {
  if (is_open_) {
    static_cast<void>(database_.execute("ROLLBACK"));
  }
}

bool Transaction::commit() {
  is_open_ = !database_.execute("COMMIT");
  return !is_open_;
}

}  // namespace tws::worker
