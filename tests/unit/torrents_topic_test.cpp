// The topic `torrents` between a worker's socket and sessions of all serializers: who gets what, and who made it. The
// worker's tails say who wrote them, so that what the loop makes itself can be told from what it passes on.
#include "topics/torrents_topic.hpp"

#include <CppUTest/TestHarness.h>
#include <ev.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/unit/list_worker.hpp"
#include "tests/unit/viewer.hpp"

using tws::kJsonForms;
using tws::Viewer;
using tws::watched;
using tws::wamp::Serializer;
using tws::wamp::Value;

namespace {

constexpr const char* kDaemon = "main";

const std::string& name_in(const Value& event) { return event["torrents"]["h1"]["name"].get_ref<const std::string&>(); }

}  // namespace

TEST_GROUP(TorrentsTopic) {
  struct ev_loop* loop = ev_loop_new(EVFLAG_AUTO);
  tws::Log log;
  tws::Feeds feeds;
  tws::wamp::Realm realm{"torrents", tws::wamp::open_policy()};
  std::unique_ptr<tws::Jobs> jobs;
  std::unique_ptr<tws::TorrentsTopic> topic;
  std::vector<std::unique_ptr<Viewer>> viewers;
  tws::ListWorker worker{loop};

  void setup() override {
    log.set_level(0);
    jobs = std::make_unique<tws::Jobs>(loop, log, [](pid_t /*pid*/) {});
    topic = std::make_unique<tws::TorrentsTopic>(realm.broker(), feeds, 0);
    realm.broker().add_server_topic(tws::TorrentsTopic::kName, topic.get());
    tws::DaemonFeed::Listener listener;
    listener.on_snapshot = [this] { topic->on_snapshot(); };
    listener.on_delta = [this](const tws::DaemonFeed& feed, tws::Change& change) { topic->on_delta(feed, change); };
    listener.on_state = [this](const tws::DaemonFeed& feed) { topic->on_state(feed); };
    listener.on_session = [](const tws::DaemonFeed& /*feed*/) {};
    listener.on_ready = [this] { topic->on_ready(); };
    feeds.push_back(std::make_unique<tws::DaemonFeed>(
        kDaemon, *jobs, [this] { return topic->next_revision(); }, listener));
    start_worker();
  }
  void teardown() override {
    viewers.clear();
    feeds.clear();
    jobs.reset();
    ev_loop_destroy(loop);
  }

  void start_worker() { worker.attach(*jobs, kDaemon); }
  void kill_worker() {
    worker.die();
    turn();
  }
  void turn() { ev_run(loop, EVRUN_NOWAIT); }
  void list(const char* kind, const Value& forms, bool continues = false) {
    worker.send_list(kind, forms, continues);
    turn();
  }
  void state(const char* name) {
    worker.tell({{"kind", "state"}, {"state", name}, {"since", 5.0}, {"reason", name}});
    turn();
  }
  Viewer& join(Serializer serializer, const char* format = "object") {
    return *viewers.emplace_back(
        std::make_unique<Viewer>(realm, serializer, tws::TorrentsTopic::kName, Value{{"_format", format}}));
  }
  // Who had the list at a revision.
  Viewer& come_back(const Value& revision, Serializer serializer = Serializer::kJson) {
    return *viewers.emplace_back(std::make_unique<Viewer>(realm, serializer, tws::TorrentsTopic::kName,
                                                          Value{{"_format", "object"}, {"_revision", revision}}));
  }
  // What the watch was asked for since, once.
  Value asked() {
    const auto frames = worker.received();
    CHECK_EQUAL(1, frames.size());
    STRCMP_EQUAL("job", frames.back()["type"].get_ref<const std::string&>().c_str());
    return frames.back()["arguments"]["tails"];
  }
  // One who has the list in JSON, all others come later.
  Viewer& first_viewer() {
    Viewer& viewer = join(Serializer::kJson);
    CHECK(asked() == kJsonForms);
    list("snapshot", kJsonForms);
    STRCMP_EQUAL("by the worker, in json", name_in(event_of(viewer)).c_str());
    return viewer;
  }
};

TEST(TorrentsTopic, ClientsGetTheWorkersBytesInTheirSerializer) {
  Viewer& first = first_viewer();
  const std::vector<std::pair<Serializer, const char*>> others = {{Serializer::kCbor, "cbor"},
                                                                  {Serializer::kMsgpack, "msgpack"}};
  Value forms = kJsonForms;
  for (const auto& [serializer, name] : others) {
    Viewer& viewer = join(serializer);
    forms.insert(forms.begin() + static_cast<std::ptrdiff_t>(viewers.size()) - 1, watched("object", name));
    CHECK(asked() == forms);
    list("snapshot", forms, true);
    const Value event = event_of(viewer);
    CHECK(name_in(event) == std::string("by the worker, in ") + name);
    CHECK(event["snapshot"] == true);
    CHECK(event["revision"].is_number_unsigned());
    CHECK(event["removed"] == Value::array() && event["session"] == Value::object());
    CHECK(event["daemons"][kDaemon]["updated"] == 1000.5);
  }
  CHECK(first.events().empty());

  list("delta", forms);
  const Value revision = event_of(first)["revision"];
  for (std::size_t i = 0; i < others.size(); ++i) {
    const Value event = event_of(*viewers[i + 1]);
    CHECK(name_in(event) == std::string("by the worker, in ") + others[i].second);
    CHECK(event["snapshot"] == false && event["revision"] == revision && !event.contains("daemons"));
  }
}

TEST(TorrentsTopic, WhoWaitsForHisFormMissesNothing) {
  Viewer& first = first_viewer();
  Viewer& late = join(Serializer::kCbor, "table");
  // On their way when the worker is asked.
  list("delta", kJsonForms);
  state("busy");
  CHECK_EQUAL(2, first.events().size());
  CHECK(late.events().empty());
  const Value forms = asked();
  CHECK(forms == Value({watched("object", "json"), watched("table", "json"), watched("table", "cbor")}));
  list("snapshot", forms, true);
  const Value event = event_of(late);
  CHECK(event["torrents"]["rows"] == Value({{"h1", "by the worker, in cbor"}}));
  CHECK(event["daemons"][kDaemon]["state"] == "busy");
  // A first snapshot of the next worker may have been written before the question came, too.
  Viewer& later = join(Serializer::kMsgpack, "table");
  list("snapshot", forms);
  CHECK_EQUAL(1, first.events().size());
  CHECK_EQUAL(1, late.events().size());
  CHECK(later.events().empty());
  list("snapshot", asked(), true);
  CHECK(event_of(later)["torrents"]["rows"] == Value({{"h1", "by the worker, in msgpack"}}));
}

TEST(TorrentsTopic, WhoComesBeforeTheFirstSnapshotWaits) {
  Viewer& cbor = join(Serializer::kCbor);
  const Value forms = asked();
  state("up");
  CHECK(cbor.events().empty());
  list("snapshot", forms);
  STRCMP_EQUAL("by the worker, in cbor", name_in(event_of(cbor)).c_str());
}

TEST(TorrentsTopic, ADaemonThatIsDownFromTheBeginningIsTold) {
  for (const Serializer serializer : tws::wamp::kSerializers) {
    join(serializer);
  }
  join(Serializer::kMsgpack, "table");
  worker.received();
  state("down");
  for (const auto& viewer : viewers) {
    const Value event = event_of(*viewer);
    CHECK(event["snapshot"] == true && event["daemons"][kDaemon]["state"] == "down");
    CHECK(viewer == viewers.back() ? event["torrents"] == Value({{"fields", {"hash"}}, {"rows", Value::array()}})
                                   : event["torrents"] == Value::object());
  }
}

TEST(TorrentsTopic, WithoutAWorkerTheLastListComesFromTheLoop) {
  Viewer& first = first_viewer();
  Viewer& waiting = join(Serializer::kCbor);
  CHECK(waiting.events().empty());
  kill_worker();
  CHECK(event_of(first)["daemons"][kDaemon]["state"] == "busy");
  Value event = event_of(waiting);
  STRCMP_EQUAL("by the worker, in json", name_in(event).c_str());
  CHECK(event["snapshot"] == true && event["daemons"][kDaemon]["state"] == "busy");
  event = event_of(join(Serializer::kMsgpack));
  STRCMP_EQUAL("by the worker, in json", name_in(event).c_str());

  start_worker();
  const auto frames = worker.received();
  const Value forms = frames.back()["arguments"]["tails"];
  CHECK_EQUAL(4, forms.size());
  list("snapshot", forms);
  STRCMP_EQUAL("by the worker, in json", name_in(event_of(first)).c_str());
  STRCMP_EQUAL("by the worker, in cbor", name_in(event_of(waiting)).c_str());
}

TEST(TorrentsTopic, AWorkerThatCannotKnowTheListIsNotWaitedFor) {
  first_viewer();
  kill_worker();
  start_worker();
  worker.received();
  worker.tell({{"kind", "alive"}});
  turn();
  Viewer& late = join(Serializer::kCbor);
  CHECK(late.events().empty());  // the list may come at any moment
  state("busy");
  STRCMP_EQUAL("by the worker, in json", name_in(event_of(late)).c_str());
}

TEST(TorrentsTopic, FormsThatNobodyUsesAreLeftOutOfTheNextQuestion) {
  first_viewer();
  Viewer& cbor = join(Serializer::kCbor);
  const Value forms = asked();
  list("snapshot", forms, true);
  event_of(cbor);
  cbor.leave();
  CHECK(worker.received().empty());
  // Whoever comes back soon finds it.
  STRCMP_EQUAL("by the worker, in cbor", name_in(event_of(join(Serializer::kCbor))).c_str());
  CHECK(worker.received().empty());
  viewers.back()->leave();
  for (int i = 0; i < 100; ++i) {
    list("delta", forms);
  }
  CHECK(asked() == kJsonForms);
}

TEST(TorrentsTopic, WhenNobodyLooksTheWatchRestsAndIsOverAfterAMinute) {
  first_viewer();
  viewers.clear();
  auto frames = worker.received();
  CHECK_EQUAL(1, frames.size());
  CHECK(frames.back()["type"] == "job" && frames.back()["arguments"]["paused"] == true);
  Viewer& back = join(Serializer::kJson);
  frames = worker.received();
  CHECK_EQUAL(1, frames.size());
  CHECK(frames.back()["type"] == "job" && !frames.back()["arguments"].value("paused", false));
  event_of(back);
  viewers.clear();
  worker.received();
  const auto now = tws::DaemonFeed::Clock::now();
  feeds.front()->tick(now + std::chrono::seconds(59));
  CHECK(worker.received().empty());
  feeds.front()->tick(now + std::chrono::seconds(61));
  STRCMP_EQUAL("cancel", worker.received().back()["type"].get_ref<const std::string&>().c_str());
}

TEST(TorrentsTopic, WhoComesBackGetsWhatCameSince) {
  Viewer& first = first_viewer();
  list("delta", kJsonForms);
  const Value had = event_of(first)["revision"];
  list("delta", kJsonForms);
  // It says nothing new.
  list("snapshot", kJsonForms, true);
  list("delta", kJsonForms);
  const auto changes = first.events();
  CHECK_EQUAL(2, changes.size());
  for (const Value& revision : {had, Value(had.get<double>())}) {
    const auto events = come_back(revision).events();
    CHECK_EQUAL(3, events.size());
    CHECK(events[0] == changes[0] && events[1] == changes[1]);
    CHECK(events[2]["snapshot"] == false && events[2]["torrents"] == Value::object());
    CHECK(events[2]["daemons"][kDaemon].contains("state"));
    CHECK(events[2]["revision"] > changes[1]["revision"]);
  }
  // In a serializer that nobody spoke, which is waited for by nobody.
  const auto events = come_back(had, Serializer::kCbor).events();
  CHECK_EQUAL(3, events.size());
  CHECK(events[0] == changes[0]);
  // And the change that follows, once.
  list("delta", kJsonForms);
  CHECK_EQUAL(1, viewers.back()->events().size());
}

TEST(TorrentsTopic, ARevisionThatTellsNothingLeadsToASnapshot) {
  Viewer& first = first_viewer();
  list("delta", kJsonForms);
  const auto had = event_of(first)["revision"].get<std::uint64_t>();
  for (const Value& revision : {Value(0), Value(had + 1'000), Value(-1), Value(1.5), Value("1"), Value(1e300)}) {
    const auto events = come_back(revision).events();
    CHECK_EQUAL(2, events.size());
    CHECK(events[0]["snapshot"] == true);
  }
  // Of a list that another worker has read since.
  kill_worker();
  start_worker();
  worker.received();
  list("snapshot", kJsonForms);
  CHECK(event_of(come_back(had))["snapshot"] == true);
}

TEST(TorrentsTopic, MoreChangesThanTheListIsLargeAreNoGap) {
  Viewer& first = first_viewer();
  const Value had = tws::wamp::Value(topic->next_revision());
  for (int i = 0; i < 600; ++i) {
    list("delta", kJsonForms);
    list("snapshot", kJsonForms, true);
  }
  const auto changes = first.events();
  CHECK(come_back(had).events().front()["snapshot"] == true);
  CHECK(come_back(changes.back()["revision"]).events().front()["snapshot"] == false);
}

TEST(TorrentsTopic, AWatchThatBeginsAgainAsksForWhatIsUsedNow) {
  first_viewer();
  Viewer& cbor = join(Serializer::kCbor);
  list("snapshot", asked(), true);
  event_of(cbor);
  viewers.clear();
  feeds.front()->tick(tws::DaemonFeed::Clock::now() + std::chrono::seconds(61));
  STRCMP_EQUAL("cancel", worker.received().back()["type"].get_ref<const std::string&>().c_str());
  // The former watch's last list is at hand for him, the worker's comes.
  Viewer& msgpack = join(Serializer::kMsgpack);
  CHECK(msgpack.events().empty());
  const Value forms = asked();
  CHECK(forms == Value({watched("object", "json"), watched("object", "msgpack"), watched("table", "json")}));
  list("snapshot", forms);
  STRCMP_EQUAL("by the worker, in msgpack", name_in(event_of(msgpack)).c_str());
}

TEST(TorrentsTopic, ARevisionOfAWatchThatHasEndedLeadsToASnapshot) {
  Viewer& first = first_viewer();
  list("delta", kJsonForms);
  const Value had = event_of(first)["revision"];
  viewers.clear();
  feeds.front()->tick(tws::DaemonFeed::Clock::now() + std::chrono::seconds(61));
  const auto events = come_back(had).events();
  CHECK_EQUAL(2, events.size());
  CHECK(events[0]["snapshot"] == true && events[1]["revision"] == had);
}

TEST(TorrentsTopic, ANewWatchWaitsForTheWorkerAlsoIfTheLastOneHadLostIts) {
  first_viewer();
  kill_worker();
  viewers.clear();
  feeds.front()->tick(tws::DaemonFeed::Clock::now() + std::chrono::seconds(61));
  start_worker();
  Viewer& cbor = join(Serializer::kCbor);
  CHECK(cbor.events().empty());
  list("snapshot", worker.received().back()["arguments"]["tails"]);
  STRCMP_EQUAL("by the worker, in cbor", name_in(event_of(cbor)).c_str());
}

TEST(TorrentsTopic, AWatchThatTheWorkerRefusesBeginsAgain) {
  Viewer& first = first_viewer();
  worker.tell({{"type", "error"}, {"error", "wamp.error.invalid_argument"}, {"message", "cannot"}});
  turn();
  const Value state = event_of(first)["daemons"][kDaemon];
  CHECK(state["state"] == "busy" && state["reason"] == "its worker does not watch it: cannot");
  STRCMP_EQUAL("by the worker, in json", name_in(event_of(join(Serializer::kCbor))).c_str());
  const auto now = tws::DaemonFeed::Clock::now();
  feeds.front()->tick(now);
  CHECK(worker.received().empty());
  feeds.front()->tick(now + std::chrono::seconds(6));
  const Value forms = asked();
  CHECK_EQUAL(3, forms.size());
  list("snapshot", forms);
  STRCMP_EQUAL("by the worker, in json", name_in(event_of(first)).c_str());
}

TEST(TorrentsTopic, WhatTheLoopHasTranscodedIsKept) {
  first_viewer();
  kill_worker();
  const tws::Form form{"object", Serializer::kMsgpack};
  CHECK_FALSE(feeds.front()->snapshot()->tails.contains(form));
  event_of(join(Serializer::kMsgpack));
  CHECK_TRUE(feeds.front()->snapshot()->tails.contains(form));
  CHECK(event_of(join(Serializer::kMsgpack)) == event_of(join(Serializer::kMsgpack)));
}

TEST(TorrentsTopic, SilenceCountsFromWhenTheWorkerCouldBeHeard) {
  Viewer& first = first_viewer();
  const auto now = tws::DaemonFeed::Clock::now();
  const auto later = now + std::chrono::seconds(20);
  feeds.front()->count_silence_from(later);
  feeds.front()->tick(later + std::chrono::seconds(2));
  CHECK(first.events().empty());
  feeds.front()->tick(later + std::chrono::seconds(4));
  CHECK(event_of(first)["daemons"][kDaemon]["state"] == "busy");
}
