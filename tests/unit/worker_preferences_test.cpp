// What users chose about their pages, in a real SQLite database.
#include <CppUTest/TestHarness.h>

#include <string>
#include <vector>

#include "tests/unit/site_database.hpp"
#include "wire/error_uris.hpp"
#include "worker/preference_store.hpp"

using tws::worker::PreferenceChanges;
using tws::worker::PreferenceStore;
using tws::worker::SiteDatabase;

TEST_GROUP(WorkerPreferences) {
  SiteDatabase database;
  PreferenceStore store{database.path};

  void holds(const char* preferences, const char* user = "1") {
    const auto got = store.get(user);
    CHECK_TRUE(!!got);
    STRCMP_EQUAL(preferences, got->object.c_str());
  }
  void sets(const PreferenceChanges& changes, const char* user = "1") { CHECK_TRUE(!!store.set(user, changes)); }
  void fails(const char* error, const PreferenceChanges& changes) {
    const auto written = store.set("1", changes);
    CHECK_FALSE(!!written);
    STRCMP_EQUAL(error, written.error().uri.c_str());
  }
};

TEST(WorkerPreferences, AreMergedByNameAndEachUsersOwn) {
  holds("{}");
  sets({{"theme", "\"dark\""}, {"size", "0.1"}});
  sets({{"theme", "[1, 2]"}, {"other", "true"}});
  sets({{"size", std::nullopt}, {"never", std::nullopt}});
  sets({{"theme", "1"}}, "2");
  holds(R"({"other":true,"theme":[1, 2]})");
  holds(R"({"theme":1})", "2");
}

TEST(WorkerPreferences, HaveBoundsAndAreSetAllOrNone) {
  PreferenceChanges many;
  for (std::size_t i = 0; i < PreferenceStore::kMaxNames; ++i) {
    many.emplace("n" + std::to_string(i), "1");
  }
  sets({{"a", "1"}});
  fails(tws::error_uri::kInvalidArgument, many);
  holds(R"({"a":1})");
  many.emplace("a", std::nullopt);
  sets(many);
  for (auto& [name, value] : many) {
    value.reset();
  }
  sets(many);
  // The name counts, too.
  const std::string longest = "\"" + std::string(PreferenceStore::kMaxBytes - 3, 'x') + "\"";
  sets({{"a", longest}});
  fails(tws::error_uri::kInvalidArgument, {{"a", longest + " "}});
  fails(tws::error_uri::kInvalidArgument, {{"b", "1"}});
  holds(("{\"a\":" + longest + "}").c_str());
}

TEST(WorkerPreferences, TheTableIsAddedToAnOlderDatabase) {
  database.execute(
      "CREATE TABLE torrent_ws_token (token_hash TEXT PRIMARY KEY, user_id TEXT NOT NULL,"
      " expires_at INTEGER NOT NULL, spent_at INTEGER, spent_by TEXT) WITHOUT ROWID");
  sets({{"a", "1"}});
  holds(R"({"a":1})");
}

TEST(WorkerPreferences, TroubleIsSaidAndTheNextTryStartsAfresh) {
  sets({{"a", "1"}});
  database.execute("DROP TABLE torrent_ws_preference");
  fails(tws::error_uri::kDatabaseUnavailable, {{"a", "2"}});
  holds("{}");
}

TEST(WorkerPreferences, WhatIsNotJsonIsLeftOutAndNamed) {
  sets({{"b", "2"}});
  database.execute(
      "INSERT INTO torrent_ws_preference VALUES ('1', 'a', 'no JSON'), ('1', 'c', '1,\"x\":2'),"
      " ('1', 'd', '[3]'), ('1', CAST(X'ff' AS TEXT), '4')");
  holds(R"({"b":2,"d":[3]})");
  const std::vector<std::string> left_out = {R"("a")", R"("c")", "null"};
  CHECK_TRUE(store.get("1")->left_out == left_out);
}
