// Database: the SQLite file that the site's pages fill (conf/schema.sql), as a worker uses it. Blocks, and where
// another one writes for as long as it is told to wait for him.
#pragma once

#include <sqlite3.h>
#include <sys/types.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "support/result.hpp"

namespace tws::worker {

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// The text must live as long as the statement is used.
void bind_text(const Statement& statement, int index, std::string_view text);
// Of the row that the statement stands at; NULL is an empty text.
std::string column_text(const Statement& statement, int column);

class Database {
 public:
  explicit Database(std::string path, std::chrono::milliseconds patience = std::chrono::seconds(5))
      : path_(std::move(path)), patience_(patience) {}

  // To be called before each use: opens the file, makes what is missing of the schema, and does it again where the file
  // was replaced or close() was called. Error: database_unavailable, with a message for the log.
  Status open();
  // After a failure, so that the next use starts afresh, in case the file was exchanged below us.
  void close() { database_.reset(); }

  // False if the database fails.
  [[nodiscard]] bool execute(const char* sql) const;
  // Null if the database fails.
  [[nodiscard]] Statement prepare(const char* sql) const;
  // Rows that the last statement changed.
  [[nodiscard]] int changes() const { return sqlite3_changes(database_.get()); }
  // The error database_unavailable: what cannot be done, and SQLite's reason.
  [[nodiscard]] Error failure(const char* what) const;

 private:
  struct CloseDatabase {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };

  [[nodiscard]] bool is_current() const;

  std::string path_;
  std::chrono::milliseconds patience_;
  std::unique_ptr<sqlite3, CloseDatabase> database_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

// What is not committed when it ends is taken back.
class Transaction {
 public:
  explicit Transaction(const Database& database) : database_(database), is_open_(database.execute("BEGIN IMMEDIATE")) {}
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // False if the database fails.
  [[nodiscard]] bool began() const { return is_open_; }
  [[nodiscard]] bool commit();

 private:
  const Database& database_;
  bool is_open_;
};

}  // namespace tws::worker
