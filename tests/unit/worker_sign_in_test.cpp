// The site's logins and keys in a real SQLite database, as a pool worker answers for them.
#include <CppUTest/TestHarness.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "tests/unit/site_database.hpp"
#include "wire/error_uris.hpp"
#include "worker/job_socket.hpp"
#include "worker/pool_worker.hpp"

using tws::Fd;
using tws::JobFrame;
using tws::Json;
using tws::worker::JobSocket;
using tws::worker::SiteDatabase;

TEST_GROUP(WorkerSignIn) {
  SiteDatabase database;

  void setup() override {
    // The first job creates it.
    STRCMP_EQUAL(tws::error_uri::kAuthenticationFailed, answer("login.user", R"({"login":"nobody"})").c_str());
  }

  // All frames with which a worker answers one job.
  [[nodiscard]] std::vector<JobFrame> frames(const char* name, const std::string& arguments) const {
    std::array<int, 2> pair{};
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()));
    const Fd loop(pair[0]);
    JobSocket worker{Fd(pair[1])};
    std::string job;
    const Json header(json_pack("{ss si ss ss}", "type", "job", "id", 7, "name", name, "attempt", "a1"));
    tws::append_job_frame(job, header.get(), arguments);
    CHECK_EQUAL(static_cast<ssize_t>(job.size()), ::send(loop.get(), job.data(), job.size(), MSG_NOSIGNAL));
    ::shutdown(loop.get(), SHUT_WR);
    CHECK_EQUAL(0, tws::worker::run_pool_worker(worker, Json(json_pack("{ss}", "database", database.path.c_str()))));
    std::array<char, 4096> bytes{};
    tws::JobFrameReader reader;
    ssize_t got = 0;
    while ((got = ::recv(loop.get(), bytes.data(), bytes.size(), MSG_DONTWAIT)) > 0) {
      reader.feed({bytes.data(), static_cast<std::size_t>(got)});
    }
    std::vector<JobFrame> all;
    JobFrame frame;
    for (auto more = reader.next(frame); more && *more; more = reader.next(frame)) {
      all.push_back(frame);
    }
    STRCMP_EQUAL("ready", tws::text_member(all.at(0).header.get(), "type").c_str());
    return all;
  }

  // The result's body, or the error's URI.
  [[nodiscard]] std::string answer(const char* name, const std::string& arguments) const {
    const JobFrame last = frames(name, arguments).back();
    CHECK_EQUAL(7, tws::integer_member(last.header.get(), "id").value_or(0));
    return tws::text_member(last.header.get(), "type") == "result" ? last.body
                                                                   : tws::text_member(last.header.get(), "error");
  }
  void fails(const char* error, const char* name, const std::string& arguments) const {
    STRCMP_EQUAL(error, answer(name, arguments).c_str());
  }
};

TEST(WorkerSignIn, LoginHasItsUser) {
  database.execute("INSERT INTO torrent_ws_login VALUES ('alice', '245'), ('empty', ''), ('j\xc3\xb6rg', '\"7\"')");
  STRCMP_EQUAL(R"({"user_id":"245"})", answer("login.user", R"({"login":"alice"})").c_str());
  STRCMP_EQUAL(R"({"user_id":"\"7\""})", answer("login.user", "{\"login\":\"j\xc3\xb6rg\"}").c_str());
  for (const char* login : {"Alice", "alice ", "", "empty", "' OR 1=1 --", "245"}) {
    fails(tws::error_uri::kAuthenticationFailed, "login.user", std::string(R"({"login":")") + login + "\"}");
  }
}

TEST(WorkerSignIn, KeyIsGivenAsItIsStored) {
  database.execute(
      "INSERT INTO torrent_ws_key VALUES ('1', 'secret', NULL, NULL, NULL), ('2', 'a2V5', 'salt', 5000, 20),"
      " ('3', 'a2V5', 'salt', NULL, NULL), ('4', '', NULL, NULL, NULL)");
  STRCMP_EQUAL(R"({"key":"secret"})", answer("key.get", R"({"user_id":"1"})").c_str());
  STRCMP_EQUAL(R"({"key":"a2V5","salt":"salt","iterations":5000,"key_length":20})",
               answer("key.get", R"({"user_id":"2"})").c_str());
  STRCMP_EQUAL(R"({"key":"a2V5","salt":"salt","iterations":1000,"key_length":32})",
               answer("key.get", R"({"user_id":"3"})").c_str());
  fails(tws::error_uri::kAuthenticationFailed, "key.get", R"({"user_id":"4"})");
  fails(tws::error_uri::kAuthenticationFailed, "key.get", R"({"user_id":"5"})");
}

TEST(WorkerSignIn, ArgumentsAreChecked) {
  const std::string too_long = "\"" + std::string(1025, 'a') + "\"";
  for (const std::string& value : {std::string("1"), std::string("null"), too_long}) {
    fails(tws::error_uri::kInvalidArgument, "login.user", "{\"login\":" + value + "}");
    fails(tws::error_uri::kInvalidArgument, "key.get", "{\"user_id\":" + value + "}");
    fails(tws::error_uri::kInvalidArgument, "token.redeem", "{\"user_id\":\"1\",\"token\":" + value + "}");
  }
  fails(tws::error_uri::kInvalidArgument, "key.get", "not JSON");
  fails(tws::error_uri::kInvalidArgument, "key.get", "[]");
  fails(tws::error_uri::kNoSuchProcedure, "key.set", "{}");
}

TEST(WorkerSignIn, TablesAreAddedToADatabaseOfTokensAlone) {
  database.execute("DROP TABLE torrent_ws_login; DROP TABLE torrent_ws_key");
  fails(tws::error_uri::kAuthenticationFailed, "key.get", R"({"user_id":"1"})");
  database.execute("INSERT INTO torrent_ws_login VALUES ('alice', '245')");
  STRCMP_EQUAL(R"({"user_id":"245"})", answer("login.user", R"({"login":"alice"})").c_str());
}

TEST(WorkerSignIn, APreferenceThatIsNotJsonIsLoggedAndLeftOut) {
  database.execute("INSERT INTO torrent_ws_preference VALUES ('1', 'a', 'no JSON'), ('1', 'b', '2')");
  const auto all = frames("preferences.get", R"({"user_id":"1"})");
  CHECK_EQUAL(3, all.size());
  STRCMP_EQUAL("TWS0307", tws::text_member(all[1].header.get(), "code").c_str());
  STRCMP_EQUAL(R"({"preferences":{"b":2}})", all[2].body.c_str());
}

TEST(WorkerSignIn, ReasonOfAFailureIsForTheLog) {
  database.execute("DROP TABLE torrent_ws_login; CREATE TABLE torrent_ws_login (something_else TEXT)");
  database.execute("INSERT INTO torrent_ws_key VALUES ('1', CAST(X'ff' AS TEXT), NULL, NULL, NULL)");
  for (const auto& answered : {frames("login.user", R"({"login":"a"})"), frames("key.get", R"({"user_id":"1"})")}) {
    CHECK_EQUAL(3, answered.size());
    STRCMP_EQUAL("log", tws::text_member(answered[1].header.get(), "type").c_str());
    STRCMP_EQUAL("TWS0303", tws::text_member(answered[1].header.get(), "code").c_str());
    STRCMP_EQUAL(tws::error_uri::kDatabaseUnavailable, tws::text_member(answered[2].header.get(), "error").c_str());
    CHECK(tws::text_member(answered[2].header.get(), "message").find("column") == std::string::npos);
  }
}
