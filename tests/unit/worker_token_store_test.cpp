// One-time tokens in a real SQLite database.
#include <CppUTest/TestHarness.h>

#include <atomic>
#include <barrier>
#include <ctime>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/site_database.hpp"
#include "wire/error_uris.hpp"
#include "worker/token_store.hpp"

using tws::worker::SiteDatabase;
using tws::worker::token_hash;
using tws::worker::TokenStore;

namespace {

constexpr const char* kToken = "a token of 128 bits or more";

void issue(const SiteDatabase& database, const std::string& user_id, std::time_t expires_at) {
  database.execute("INSERT INTO torrent_ws_token (token_hash, user_id, expires_at) VALUES ('" + token_hash(kToken) +
                   "', '" + user_id + "', " + std::to_string(expires_at) + ")");
}

std::string error_of(const tws::Status& status) { return status ? "" : status.error().uri; }

}  // namespace

TEST_GROUP(WorkerTokenStore) {
  SiteDatabase database;
  const std::string& path = database.path;

  void setup() override {
    // The first attempt creates the database.
    STRCMP_EQUAL(tws::error_uri::kAuthenticationFailed, error_of(TokenStore(path).redeem("1", kToken, "a0")).c_str());
  }
};

TEST(WorkerTokenStore, HashIsSha256InHex) {
  STRCMP_EQUAL("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", token_hash("abc").c_str());
}

TEST(WorkerTokenStore, ValidTokenIsRedeemedOnce) {
  issue(database, "245", std::time(nullptr) + 60);
  TokenStore store(path);
  STRCMP_EQUAL("", error_of(store.redeem("245", kToken, "a1")).c_str());
  STRCMP_EQUAL(tws::error_uri::kAuthenticationFailed, error_of(store.redeem("245", kToken, "a2")).c_str());
}

TEST(WorkerTokenStore, SameAttemptMayRepeatItselfInAnotherProcess) {
  issue(database, "245", std::time(nullptr) + 60);
  STRCMP_EQUAL("", error_of(TokenStore(path).redeem("245", kToken, "a1")).c_str());
  STRCMP_EQUAL("", error_of(TokenStore(path).redeem("245", kToken, "a1")).c_str());
}

TEST(WorkerTokenStore, AttemptWithoutNameIsRefused) {
  issue(database, "245", std::time(nullptr) + 60);
  STRCMP_EQUAL(tws::error_uri::kAuthenticationFailed, error_of(TokenStore(path).redeem("245", kToken, "")).c_str());
}

TEST(WorkerTokenStore, AnotherUserDoesNotGetItNorSpendIt) {
  issue(database, "245", std::time(nullptr) + 60);
  TokenStore store(path);
  STRCMP_EQUAL(tws::error_uri::kAuthenticationFailed, error_of(store.redeem("246", kToken, "a1")).c_str());
  STRCMP_EQUAL("", error_of(store.redeem("245", kToken, "a2")).c_str());
}

TEST(WorkerTokenStore, ExpiredTokenIsRefused) {
  issue(database, "245", std::time(nullptr));
  STRCMP_EQUAL(tws::error_uri::kAuthenticationFailed, error_of(TokenStore(path).redeem("245", kToken, "a1")).c_str());
}

TEST(WorkerTokenStore, ExpiredTokensAreSwept) {
  issue(database, "245", std::time(nullptr) - 1);
  STRCMP_EQUAL(tws::error_uri::kAuthenticationFailed, error_of(TokenStore(path).redeem("1", "other", "a1")).c_str());
  issue(database, "245", std::time(nullptr) + 60);  // would fail if the row were still there
}

TEST(WorkerTokenStore, FollowsAFileThatWasReplaced) {
  TokenStore store(path);
  STRCMP_EQUAL(tws::error_uri::kAuthenticationFailed, error_of(store.redeem("245", kToken, "a1")).c_str());
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(path + suffix);
  }
  STRCMP_EQUAL(tws::error_uri::kAuthenticationFailed, error_of(store.redeem("245", kToken, "a1")).c_str());
  issue(database, "245", std::time(nullptr) + 60);
  STRCMP_EQUAL("", error_of(store.redeem("245", kToken, "a1")).c_str());
}

TEST(WorkerTokenStore, FailureOfTheDatabaseIsNoSuccess) {
  TokenStore nowhere(database.directory + "/no such folder/tokens.sqlite");
  STRCMP_EQUAL(tws::error_uri::kDatabaseUnavailable, error_of(nowhere.redeem("245", kToken, "a1")).c_str());
  database.execute("DROP TABLE torrent_ws_token");
  database.execute("CREATE TABLE torrent_ws_token (something_else TEXT, expires_at INTEGER, user_id TEXT)");
  TokenStore foreign(path);
  STRCMP_EQUAL(tws::error_uri::kDatabaseUnavailable, error_of(foreign.redeem("245", kToken, "a1")).c_str());
}

TEST(WorkerTokenStore, OneOfTwoHundredSimultaneousAttemptsWins) {
  constexpr int kAttempts = 200;
  issue(database, "245", std::time(nullptr) + 3600);
  std::atomic<int> won = 0;
  std::atomic<int> refused = 0;
  std::barrier start(kAttempts);
  std::vector<std::thread> threads;
  for (int i = 0; i < kAttempts; ++i) {
    threads.emplace_back([&, i] {
      TokenStore store(path);
      start.arrive_and_wait();
      const std::string error = error_of(store.redeem("245", kToken, "a" + std::to_string(i)));
      won += error.empty() ? 1 : 0;
      refused += error == tws::error_uri::kAuthenticationFailed ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK_EQUAL(1, won.load());
  CHECK_EQUAL(kAttempts - 1, refused.load());
}
