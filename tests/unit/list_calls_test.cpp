// The calls torrents.snapshot and torrents.since, between a worker's socket and their callers.
#include "topics/list_calls.hpp"

#include <CppUTest/TestHarness.h>
#include <ev.h>

#include <memory>
#include <string>

#include "tests/unit/list_worker.hpp"
#include "tests/unit/viewer.hpp"
#include "tests/unit/wamp_peer.hpp"

using tws::kJsonForms;
using tws::wamp::Peer;
using tws::wamp::Value;

namespace {

constexpr const char* kDaemon = "main";
constexpr auto kPatience = std::chrono::seconds(30);

}  // namespace

TEST_GROUP(ListCalls) {
  struct ev_loop* loop = ev_loop_new(EVFLAG_AUTO);
  tws::Log log;
  tws::Feeds feeds;
  tws::wamp::Realm realm{"torrents", tws::wamp::open_policy()};
  std::unique_ptr<tws::Jobs> jobs;
  std::unique_ptr<tws::TorrentsTopic> topic;
  std::unique_ptr<tws::ListCalls> calls;
  tws::ListWorker worker{loop};
  std::unique_ptr<Peer> client;

  void setup() override {
    log.set_level(0);
    jobs = std::make_unique<tws::Jobs>(loop, log, [](pid_t /*pid*/) {});
    topic = std::make_unique<tws::TorrentsTopic>(realm.broker(), feeds, 0);
    feeds.push_back(std::make_unique<tws::DaemonFeed>(
        kDaemon, *jobs, [this] { return topic->next_revision(); }, tws::nobody()));
    calls = std::make_unique<tws::ListCalls>(realm, feeds, *topic, kPatience);
    worker.attach(*jobs, kDaemon);
    client = std::make_unique<Peer>(realm);
    client->join();
  }
  void teardown() override {
    client.reset();
    calls.reset();
    feeds.clear();
    jobs.reset();
    ev_loop_destroy(loop);
  }

  void turn() { ev_run(loop, EVRUN_NOWAIT); }
  void list(const char* kind, bool continues = false) {
    worker.received();
    worker.send_list(kind, kJsonForms, continues);
    turn();
  }
  void call(Peer & caller, int request, const char* procedure = "torrents.snapshot", const Value& revision = 0) {
    caller.say(Value({48, request, Value::object(), procedure, Value::array(), {{"revision", revision}}}).dump());
  }
  // The kwargs of a result.
  static Value result(const Peer& caller, int request) {
    const Value message = caller.last_message();
    CHECK(message[0] == 50 && message[1] == request);
    return message[4];
  }
};

TEST(ListCalls, AllWhoWaitAreAnsweredInTurnsOfTheLoop) {
  constexpr int kCalls = 100;
  for (int i = 1; i <= kCalls; ++i) {
    call(*client, i);
  }
  calls->tick();
  CHECK_EQUAL(1, client->count());
  list("snapshot");
  for (int turns = 0; turns < kCalls && client->count() <= kCalls; ++turns) {
    calls->tick();
  }
  CHECK_EQUAL(kCalls + 1, client->count());
  const Value last = result(*client, kCalls);
  CHECK(last["events"].size() == 1 && last["events"][0]["snapshot"] == true);
  CHECK(last["daemons"][kDaemon]["updated"] == 1000.5);
}

TEST(ListCalls, AResultServesUntilSomethingChanges) {
  call(*client, 1);
  list("snapshot");
  calls->tick();
  const Value first = result(*client, 1);
  call(*client, 2);
  CHECK(result(*client, 2) == first);
  const Value revision = first["events"][0]["revision"];
  call(*client, 3, "torrents.since", revision);
  CHECK(result(*client, 3)["events"].empty());
  list("delta");
  call(*client, 4);
  const Value second = result(*client, 4);
  CHECK(second["events"].size() == 2 && second["events"][0] == first["events"][0]);
  call(*client, 5, "torrents.since", revision);
  CHECK(result(*client, 5)["events"] == Value::array({second["events"][1]}));
  call(*client, 6, "torrents.since", second["events"][1]["revision"]);
  CHECK(result(*client, 6)["events"].empty());
  call(*client, 7, "torrents.since", 0);
  CHECK(result(*client, 7) == second);
  worker.tell({{"kind", "session"}}, R"("stats":{"x":1},"settings":{})");
  turn();
  call(*client, 8);
  CHECK(result(*client, 8)["daemons"][kDaemon]["stats"]["x"] == 1);
}

TEST(ListCalls, ThoseThatAreCanceledDoNotPileUp) {
  for (int i = 1; i <= static_cast<int>(tws::wamp::Dealer::kMaxCalls); ++i) {
    call(*client, i);
    client->say("[49," + std::to_string(i) + ",{}]");
  }
  call(*client, 2'000);
  CHECK(client->last_message()[4] == "torrent_ws.error.too_many_calls");
  Peer other(realm);
  other.join();
  call(other, 1);
  client.reset();  // who has left waits for nothing
  calls->tick();
  list("snapshot");
  calls->tick();
  CHECK_EQUAL(1, result(other, 1)["events"].size());
}
