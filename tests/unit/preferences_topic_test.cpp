// The topic preferences and its procedures, between a worker's socket and the pages of a user.
#include "topics/preferences_topic.hpp"

#include <CppUTest/TestHarness.h>
#include <ev.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/peer_events.hpp"
#include "tests/unit/worker_peer.hpp"
#include "wire/error_uris.hpp"

using tws::PreferencesTopic;
using tws::wamp::Peer;
using tws::wamp::Value;

namespace {

constexpr auto kJobTimeout = std::chrono::seconds(10);

}  // namespace

TEST_GROUP(PreferencesTopic) {
  struct ev_loop* loop = ev_loop_new(EVFLAG_AUTO);
  tws::Log log;
  tws::wamp::Realm realm{"torrents", tws::wamp::token_policy()};
  std::unique_ptr<tws::Jobs> jobs;
  std::unique_ptr<PreferencesTopic> topic;
  std::unique_ptr<Peer> page;
  std::unique_ptr<Peer> second;
  std::unique_ptr<Peer> stranger;
  tws::WorkerPeer worker{loop};

  void setup() override {
    log.set_level(0);
    jobs = std::make_unique<tws::Jobs>(loop, log, [](pid_t /*pid*/) {});
    make_topic(true);
    worker.attach(*jobs, tws::kPool);
    for (auto* peer : {&page, &second, &stranger}) {
      *peer = std::make_unique<Peer>(realm);
    }
    page->sign_in("1");
    second->sign_in("1");
    stranger->sign_in("2");
  }
  void teardown() override {
    for (auto* peer : {&page, &second, &stranger}) {
      peer->reset();
    }
    topic.reset();
    jobs.reset();
    ev_loop_destroy(loop);
  }

  void make_topic(bool has_database) {
    topic = std::make_unique<PreferencesTopic>(realm, *jobs, has_database, kJobTimeout);
    realm.broker().add_server_topic(PreferencesTopic::kName, topic.get());
  }
  // The jobs that came since.
  std::vector<Value> received() {
    ev_run(loop, EVRUN_NOWAIT);
    return worker.received();
  }
  void answer(const std::string& body) {
    worker.send({{"type", "result"}, {"id", worker.last_id}}, body);
    ev_run(loop, EVRUN_NOWAIT);
  }
  void fail(const char* error) {
    worker.send({{"type", "error"}, {"id", worker.last_id}, {"error", error}, {"message", "no"}});
    ev_run(loop, EVRUN_NOWAIT);
  }
  // A page gets its snapshot.
  void open(Peer & peer, const std::string& preferences = "{}") {
    peer.say(R"([32,1,{},"preferences"])");
    LONGS_EQUAL(1, received().size());
    answer("{\"preferences\":" + preferences + "}");
  }
  static void set(Peer & peer, int request, const std::string& kwargs) {
    peer.say("[48," + std::to_string(request) + R"(,{},"preferences.set",[],)" + kwargs + "]");
  }
  void fails(Peer & peer, const char* error) { STRCMP_EQUAL(error, peer.last_message()[4].get<std::string>().c_str()); }
};

TEST(PreferencesTopic, BeginsWithASnapshotOfTheUsersOwn) {
  page->say(R"([32,1,{},"preferences"])");
  const auto read = received();
  LONGS_EQUAL(1, read.size());
  CHECK(read[0]["name"] == "preferences.get");
  CHECK(read[0]["arguments"] == Value({{"user_id", "1"}}));
  CHECK_TRUE(events_of(*page).empty());
  answer(R"({"preferences":{"theme":"dark"}})");
  const auto events = events_of(*page);
  LONGS_EQUAL(1, events.size());
  CHECK(events[0] == Value({{"snapshot", true}, {"preferences", {{"theme", "dark"}}}}));
}

TEST(PreferencesTopic, TellsAChangeToTheOtherPagesOfTheUser) {
  open(*page);
  open(*second);
  open(*stranger);
  for (auto* peer : {&page, &second, &stranger}) {
    events_of(**peer);
  }
  set(*page, 2, R"({"preferences":{"theme":"dark","size":0.1,"old":null}})");
  const auto job = received();
  LONGS_EQUAL(1, job.size());
  CHECK(job[0]["name"] == "preferences.set");
  const Value texts = {{"theme", "\"dark\""}, {"size", "0.1"}, {"old", nullptr}};
  CHECK(job[0]["arguments"] == Value({{"user_id", "1"}, {"preferences", texts}}));
  CHECK_TRUE(events_of(*second).empty());
  answer("{}");
  LONGS_EQUAL(50, page->last_message()[0].get<int>());
  CHECK_TRUE(events_of(*page).empty());
  CHECK_TRUE(events_of(*stranger).empty());
  const Value change = {{"theme", "dark"}, {"size", 0.1}, {"old", nullptr}};
  const auto events = events_of(*second);
  LONGS_EQUAL(1, events.size());
  CHECK(events[0] == Value({{"snapshot", false}, {"preferences", change}}));
}

TEST(PreferencesTopic, WhatIsRefusedIsToldToItsCallerAlone) {
  open(*page);
  open(*second);
  events_of(*second);
  set(*page, 2, R"({"preferences":{"Theme":1}})");
  received();
  fail(tws::error_uri::kInvalidArgument);
  fails(*page, tws::error_uri::kInvalidArgument);
  CHECK_TRUE(events_of(*second).empty());
}

TEST(PreferencesTopic, JobsOfAUserAreDoneOneAfterTheOther) {
  set(*page, 2, R"({"preferences":{"a":1}})");
  set(*second, 2, R"({"preferences":{"a":2}})");
  second->say(R"([32,3,{},"preferences"])");
  CHECK(received().at(0)["arguments"]["preferences"]["a"] == "1");
  CHECK_TRUE(received().empty());
  answer("{}");
  CHECK(received().at(0)["arguments"]["preferences"]["a"] == "2");
  answer("{}");
  CHECK(received().at(0)["name"] == "preferences.get");
  CHECK_TRUE(events_of(*second).empty());  // a change is none before the snapshot
  answer(R"({"preferences":{"a":2}})");
  LONGS_EQUAL(1, events_of(*second).size());
}

TEST(PreferencesTopic, SoManyCallsOfAUserMayWait) {
  for (std::size_t i = 0; i <= PreferencesTopic::kMaxWaiting; ++i) {
    set(*page, static_cast<int>(2 + i), R"({"preferences":{}})");
  }
  LONGS_EQUAL(2, page->count());  // CHALLENGE and WELCOME
  set(*page, 1000, R"({"preferences":{}})");
  fails(*page, tws::error_uri::kTooManyCalls);
}

TEST(PreferencesTopic, TooLongChangesAreRefusedBeforeTheyWait) {
  const std::string begin = R"({"preferences":{"a":")";
  const std::string longest(PreferencesTopic::kMaxBytes - std::string(R"({"a":""})").size(), 'x');
  set(*page, 2, begin + longest + R"("}})");
  LONGS_EQUAL(1, received().size());
  set(*page, 3, begin + longest + R"(x"}})");
  fails(*page, tws::error_uri::kInvalidArgument);
  answer("{}");
  CHECK_TRUE(received().empty());
}

TEST(PreferencesTopic, WhoComesAndGoesIsReadForOnce) {
  for (int request = 1; request < 20; request += 2) {
    page->say("[32," + std::to_string(request) + R"(,{},"preferences"])");
    const auto subscription = std::to_string(page->last_message()[2].get<tws::wamp::Id>());
    page->say("[34," + std::to_string(request + 1) + "," + subscription + "]");
  }
  page->say(R"([32,21,{},"preferences"])");
  LONGS_EQUAL(1, received().size());
  fail(tws::error_uri::kDatabaseUnavailable);
  CHECK_TRUE(received().empty());
  // Before it is tried again, too.
  second->say(R"([32,1,{},"preferences"])");
  CHECK_TRUE(received().empty());
  page->wait(std::chrono::seconds(5));
  LONGS_EQUAL(1, received().size());
  answer(R"({"preferences":{}})");
  CHECK_TRUE(received().empty());
  LONGS_EQUAL(1, events_of(*page).size());
  LONGS_EQUAL(1, events_of(*second).size());
}

TEST(PreferencesTopic, TheSnapshotOfADatabaseThatFailsIsLate) {
  page->say(R"([32,1,{},"preferences"])");
  second->say(R"([32,1,{},"preferences"])");
  received();
  fail(tws::error_uri::kDatabaseUnavailable);
  CHECK_TRUE(events_of(*page).empty());
  CHECK_TRUE(received().empty());
  page->wait(std::chrono::seconds(5));
  LONGS_EQUAL(1, received().size());
  answer(R"({"preferences":{}})");
  LONGS_EQUAL(1, events_of(*page).size());
  LONGS_EQUAL(1, events_of(*second).size());
}

TEST(PreferencesTopic, NothingIsReadForWhoHasLeft) {
  page->say(R"([32,1,{},"preferences"])");
  received();
  page->say(R"([6,{},"wamp.close.close_realm"])");
  fail(tws::error_uri::kDatabaseUnavailable);
  second->wait(std::chrono::seconds(5));
  CHECK_TRUE(received().empty());
}

TEST(PreferencesTopic, WrongArgumentsAreRefusedAtOnce) {
  for (const char* kwargs : {"{}", R"({"preferences":[]})", R"({"preferences":null})", R"({"preferences":{},"a":1})"}) {
    set(*page, static_cast<int>(++page->last_call), kwargs);
    fails(*page, tws::error_uri::kInvalidArgument);
  }
  CHECK(page->call("preferences.get", "[]", R"({"a":1})") == tws::error_uri::kInvalidArgument);
  CHECK_TRUE(received().empty());
}

TEST(PreferencesTopic, WithoutADatabaseAllIsRefused) {
  tws::wamp::Realm other{"torrents", tws::wamp::token_policy()};
  PreferencesTopic none(other, *jobs, false, kJobTimeout);
  other.broker().add_server_topic(PreferencesTopic::kName, &none);
  Peer peer(other);
  peer.sign_in("1");
  CHECK(peer.call("preferences.get") == tws::error_uri::kNotSupported);
  CHECK(peer.call("preferences.set", "[]", R"({"preferences":{}})") == tws::error_uri::kNotSupported);
  peer.say(R"([32,1,{},"preferences"])");
  fails(peer, tws::error_uri::kNotSupported);
}
