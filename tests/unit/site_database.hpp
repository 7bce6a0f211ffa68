// A real SQLite file in a folder of its own, as the site's pages use it; for unit tests.
#pragma once

#include <CppUTest/TestHarness.h>
#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace tws::worker {

class SiteDatabase {
 public:
  SiteDatabase() {
    CHECK(::mkdtemp(directory.data()) != nullptr);
    path = directory + "/tokens.sqlite";
  }
  ~SiteDatabase() { std::filesystem::remove_all(directory); }
  SiteDatabase(const SiteDatabase&) = delete;
  SiteDatabase& operator=(const SiteDatabase&) = delete;

  // What the site's pages do.
  void execute(const std::string& sql) const {
    sqlite3* database = nullptr;
    CHECK_EQUAL(SQLITE_OK, sqlite3_open(path.c_str(), &database));
    sqlite3_busy_timeout(database, 60000);
    CHECK_EQUAL(SQLITE_OK, sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr));
    sqlite3_close(database);
  }

  std::string directory = std::filesystem::temp_directory_path() / "torrent-ws-database.XXXXXX";
  std::string path;  // made by its first user
};

}  // namespace tws::worker
