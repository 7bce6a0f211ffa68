// Topics whose subscriptions are watches, between a worker's socket and sessions of all serializers, by the example of
// torrents.detail. The worker's tails say in which serializer they came.
#include "topics/watched_topic.hpp"

#include <CppUTest/TestHarness.h>
#include <ev.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/unit/viewer.hpp"
#include "tests/unit/worker_peer.hpp"
#include "topics/detail_topic.hpp"

using tws::Viewer;
using tws::wamp::Serializer;
using tws::wamp::Value;

namespace {

const std::string kHash(40, 'a');
const std::string kOther(40, 'b');

Value tail_form(const char* serializer) { return {{"format", "object"}, {"serializer", serializer}}; }
const Value kOnlyJson = {tail_form("json")};

}  // namespace

TEST_GROUP(WatchedTopic) {
  struct ev_loop* loop = ev_loop_new(EVFLAG_AUTO);
  tws::Log log;
  tws::Feeds feeds;
  tws::wamp::Realm realm{"torrents", tws::wamp::open_policy()};
  std::unique_ptr<tws::Jobs> jobs;
  std::unique_ptr<tws::DetailTopic> topic;
  std::vector<std::unique_ptr<Viewer>> viewers;
  std::uint64_t revision = 0;
  tws::WorkerPeer worker{loop};
  std::vector<Value> of_feed;  // what the loop sent of the daemon's own watch
  Value feed_watch;            // its id

  void setup() override {
    log.set_level(0);
    jobs = std::make_unique<tws::Jobs>(loop, log, [](pid_t /*pid*/) {});
    topic = std::make_unique<tws::DetailTopic>(realm.broker(), *jobs, feeds, [this] { return ++revision; });
    realm.broker().add_server_topics(tws::DetailTopic::kPrefix, topic.get());
    add_daemon("main");
    start_worker();
  }
  void teardown() override {
    viewers.clear();
    CHECK_EQUAL(0, topic->watches());
    topic.reset();
    feeds.clear();
    jobs.reset();
    ev_loop_destroy(loop);
  }

  void add_daemon(const char* name) {
    feeds.push_back(std::make_unique<tws::DaemonFeed>(
        name, *jobs, [] { return 0; }, tws::nobody()));
  }
  void start_worker(const char* daemon = "main") { worker.attach(*jobs, daemon); }
  void kill_worker() {
    worker.die();
    turn();
  }
  // More than once: a turn of a busy machine may leave frames for the next one.
  void turn() {
    for (int i = 0; i < 10; ++i) {
      ev_run(loop, EVRUN_NOWAIT);
    }
  }

  // What the loop sent since. What is of the daemon's own watch goes to of_feed.
  std::vector<Value> asked() {
    std::vector<Value> frames;
    for (Value& frame : worker.received()) {
      if (frame.value("name", "") == "torrents.watch") {
        feed_watch = frame["id"];
      }
      (frame["id"] == feed_watch ? of_feed : frames).push_back(std::move(frame));
    }
    return frames;
  }
  // The one question since.
  Value question() {
    auto frames = asked();
    CHECK_EQUAL(1, frames.size());
    return std::move(frames.front());
  }
  void tell(const Value& header, const std::string& body = {}) {
    worker.send(header, body);
    turn();
  }
  // The members with "by": the serializer, in those that the question asks for.
  void tell(const char* kind, const Value& of, Value members, bool continues = false) {
    Value header = {{"type", "progress"}, {"id", of["id"]}, {"kind", kind}, {"tails", Value::array()}};
    header["members"] = members.size() + 1;
    if (continues) {
      header["continues"] = true;
    }
    std::string body;
    for (const Value& form : of["arguments"]["tails"]) {
      const std::size_t start = body.size();
      members["by"] = form["serializer"];
      append_tail(body, form["serializer"], members);
      header["tails"].push_back(form);
      header["tails"].back()["length"] = body.size() - start;
    }
    tell(header, body);
  }
  static void append_tail(std::string & out, const std::string& serializer, const Value& members) {
    if (serializer == "json") {
      out += members.dump().substr(1);
      return;
    }
    for (const auto& [key, value] : members.items()) {
      const auto in = serializer == "cbor" ? Serializer::kCbor : Serializer::kMsgpack;
      tws::wamp::encode(out, in, key);
      tws::wamp::encode(out, in, value);
    }
  }

  Viewer& join(Serializer serializer = Serializer::kJson, const std::string& key = kHash) {
    return *viewers.emplace_back(std::make_unique<Viewer>(realm, serializer, tws::DetailTopic::kPrefix + key));
  }
};

TEST(WatchedTopic, OneWatchServesAllSessionsAndEndsWithTheLast) {
  Viewer& one = join();
  const Value watch = question();
  CHECK(watch["name"] == "torrents.detail");
  CHECK(watch["arguments"] == Value({{"hash", kHash}, {"tails", kOnlyJson}}));
  CHECK(one.events().empty());
  tell("snapshot", watch, {{"percentDone", 0.5}});
  CHECK(event_of(one) == Value({{"revision", 1}, {"snapshot", true}, {"percentDone", 0.5}, {"by", "json"}}));
  tell("delta", watch, {{"percentDone", 1}});
  CHECK(event_of(one) == Value({{"revision", 2}, {"snapshot", false}, {"percentDone", 1}, {"by", "json"}}));

  Viewer& late = join();
  const auto events = late.events();
  CHECK_EQUAL(2, events.size());
  CHECK(events[0]["snapshot"] == true && events[0]["percentDone"] == 0.5);
  CHECK(events[1]["snapshot"] == false && events[1]["revision"] == 2);
  Viewer& elsewhere = join(Serializer::kJson, kOther);
  const Value other = question();
  CHECK(other["arguments"]["hash"] == kOther && other["id"] != watch["id"]);
  tell("snapshot", other, {{"percentDone", 0}});
  CHECK(event_of(elsewhere)["percentDone"] == 0);
  CHECK(one.events().empty() && late.events().empty());

  one.leave();
  CHECK(asked().empty());
  late.leave();
  CHECK(question() == Value({{"type", "cancel"}, {"id", watch["id"]}}));
  // Nothing of the former one is kept.
  CHECK(join().events().empty());
  CHECK(question()["id"] != watch["id"]);
}

TEST(WatchedTopic, EachGetsTheWorkersBytesInHisSerializer) {
  Value members = Value::object();
  for (int i = 0; i < 20; ++i) {  // more than the first byte of a map can say
    members["member" + std::to_string(i)] = i;
  }
  Viewer& json = join();
  Value watch = question();
  tell("snapshot", watch, members);
  event_of(json);
  const std::vector<std::pair<Serializer, const char*>> others = {{Serializer::kCbor, "cbor"},
                                                                  {Serializer::kMsgpack, "msgpack"}};
  for (const auto& [serializer, name] : others) {
    Viewer& viewer = join(serializer);
    CHECK(viewer.events().empty());
    tell("delta", watch, {{"member1", 7}});  // on its way meanwhile
    CHECK(viewer.events().empty());
    const Value changed = question();
    CHECK(changed["id"] == watch["id"]);
    watch = changed;
    tell("snapshot", watch, members, true);
    const Value event = event_of(viewer);
    CHECK(event["by"] == name && event["snapshot"] == true && event.size() == 23);
    CHECK(event["member19"] == 19);
  }
  CHECK_EQUAL(2, json.events().size());
  for (const auto& viewer : viewers) {
    viewer->events();
  }
  tell("delta", watch, {{"member1", 7}});
  CHECK(event_of(*viewers[0])["by"] == "json");
  CHECK(event_of(*viewers[1])["by"] == "cbor");
  CHECK(event_of(*viewers[2])["by"] == "msgpack");
}

TEST(WatchedTopic, AWorkerThatIsLostOrHangsIsNotWaitedFor) {
  Viewer& json = join();
  tell("snapshot", question(), {{"x", 1}});
  event_of(json);
  Viewer& cbor = join(Serializer::kCbor);
  topic->tick(tws::WatchedTopic::Clock::now());
  CHECK(cbor.events().empty());
  topic->tick(tws::WatchedTopic::Clock::now() + 2 * tws::WatchedTopic::kPatience);
  CHECK(event_of(cbor)["by"] == "json");
  Viewer& msgpack = join(Serializer::kMsgpack);
  CHECK(msgpack.events().empty());
  kill_worker();
  CHECK(event_of(msgpack)["by"] == "json");
  CHECK(json.events().empty());

  start_worker();
  const Value again = asked().back();
  CHECK_EQUAL(3, again["arguments"]["tails"].size());
  tell("snapshot", again, {{"x", 2}});
  CHECK(event_of(json)["by"] == "json");
  CHECK(event_of(cbor)["by"] == "cbor");
  CHECK(event_of(msgpack)["by"] == "msgpack");
}

TEST(WatchedTopic, WhatIsGoneIsToldAndMayComeBack) {
  Viewer& json = join();
  const Value watch = question();
  tell({{"type", "progress"}, {"id", watch["id"]}, {"kind", "gone"}});
  const Value gone = {{"revision", 1}, {"snapshot", true}, {"gone", true}};
  CHECK(event_of(json) == gone);
  Viewer& cbor = join(Serializer::kCbor);
  CHECK(event_of(cbor) == gone);
  const Value changed = question();
  tell({{"type", "progress"}, {"id", watch["id"]}, {"kind", "gone"}, {"continues", true}});
  CHECK(json.events().empty() && cbor.events().empty());
  tell("snapshot", changed, {{"x", 1}});
  CHECK(event_of(json)["x"] == 1);
  CHECK(event_of(cbor)["by"] == "cbor");
}

TEST(WatchedTopic, ManyOrHeavyDeltasHaveTheWorkerAskedForASnapshot) {
  Viewer& json = join();
  Value watch = question();
  tell("snapshot", watch, {{"x", 1}});
  for (int i = 0; i < 99; ++i) {
    tell("delta", watch, {{"x", i}});
  }
  CHECK(asked().empty());
  tell("delta", watch, {{"x", 100}});
  watch = question();
  CHECK_EQUAL(101, json.events().size());
  tell("snapshot", watch, {{"x", 100}}, true);
  CHECK(json.events().empty());
  CHECK(event_of(join())["x"] == 100);
  const std::string heavy(40UL << 10, 'x');
  tell("delta", watch, {{"x", heavy}});
  CHECK(asked().empty());
  tell("delta", watch, {{"x", heavy}});
  CHECK(question()["arguments"] == watch["arguments"]);
}

TEST(WatchedTopic, SlowClientsGetOneFreshSnapshot) {
  Viewer& slow = join();
  const Value watch = question();
  tell("snapshot", watch, {{"x", 1}});
  event_of(slow);
  slow.peer.client.is_slow = true;
  tell("delta", watch, {{"x", 2}});
  slow.peer.client.is_slow = false;
  tell("delta", watch, {{"x", 3}});
  CHECK(slow.events().empty());
  slow.peer.session.on_drained();
  const auto events = slow.events();
  CHECK_EQUAL(3, events.size());
  CHECK(events[0]["snapshot"] == true && events[2]["x"] == 3);
}

TEST(WatchedTopic, AWatchThatTheWorkerRefusesEndsItsSubscription) {
  Viewer& one = join();
  Viewer& two = join(Serializer::kCbor);
  const Value watch = asked().front();
  tell({{"type", "error"}, {"id", watch["id"]}, {"error", "wamp.error.invalid_argument"}, {"message", "cannot"}});
  for (Viewer* viewer : {&one, &two}) {
    CHECK(viewer->events().empty());
    const Value& revoked = viewer->others.back();
    CHECK(revoked[0] == 35 && revoked[2]["subscription"] == viewer->answer[2] && revoked[2]["reason"] == "cannot");
  }
  CHECK_EQUAL(0, topic->watches());
  CHECK(asked().empty());
}

TEST(WatchedTopic, FramesThatTheProtocolDoesNotHaveAreLeftOut) {
  Viewer& json = join();
  const Value watch = question();
  const Value base = {{"type", "progress"}, {"id", watch["id"]}, {"kind", "snapshot"}, {"members", 1}};
  const auto with = [&base](const char* name, const Value& value) {
    Value header = base;
    header["tails"] = {tail_form("json")};
    header["tails"][0]["length"] = 7;
    header[name] = value;
    return header;
  };
  const std::string body = R"("x":1})";
  tell(with("kind", "other"), body);
  tell(with("kind", "delta"), body);  // of nothing
  tell(with("members", 0), body);
  tell(with("members", 1 << 16), body);
  tell(with("tails", {{{"format", "object"}, {"serializer", "json"}, {"length", 7}}}), "short");
  tell(with("tails", {{{"format", "object"}, {"serializer", "json"}, {"length", -1}}}), body);
  tell(with("tails", {{{"format", "table"}, {"serializer", "json"}, {"length", 6}}}), body);
  CHECK(json.events().empty());
  Value good = with("members", 1);
  good["tails"][0]["length"] = body.size();
  tell(good, body);
  CHECK(event_of(json)["x"] == 1);
}

TEST(WatchedTopic, KeysAreThoseOfTheTopicTorrents) {
  const auto is_refused = [this](const std::string& key) {
    return join(Serializer::kJson, key).answer[4] == "wamp.error.invalid_argument";
  };
  for (const std::string& key : {std::string("x"), std::string(39, 'a'), std::string(40, 'A'), "main." + kHash}) {
    CHECK_TRUE(is_refused(key));
  }
  CHECK(asked().empty());
  add_daemon("second");
  CHECK_TRUE(is_refused(kHash));
  CHECK_TRUE(is_refused("third." + kHash));
  start_worker("second");
  join(Serializer::kJson, "second." + kHash);
  CHECK(question()["arguments"]["hash"] == kHash);
}

TEST(WatchedTopic, ASessionHasSoManyAndNoMore) {
  Viewer& viewer = join();
  const auto key = [](std::size_t number) { return std::string(38, 'a') + std::to_string(10 + number); };
  const auto subscribe = [&](std::size_t number) { return viewer.subscribe(tws::DetailTopic::kPrefix + key(number)); };
  for (std::size_t i = 1; i < tws::DetailTopic::kMostOfSession; ++i) {
    CHECK(subscribe(i)[0] == 33);
  }
  CHECK(subscribe(1)[0] == 33);
  CHECK(subscribe(tws::DetailTopic::kMostOfSession)[4] == "torrent_ws.error.too_many_subscriptions");
  CHECK_EQUAL(tws::DetailTopic::kMostOfSession, topic->watches());
  viewer.leave();
  CHECK(subscribe(tws::DetailTopic::kMostOfSession)[0] == 33);
}

TEST(WatchedTopic, TheWorkerIsWatchedOverAndTheDaemonNotAskedForItsList) {
  Viewer& one = join();
  join(Serializer::kJson, kOther);
  asked();
  CHECK_EQUAL(1, of_feed.size());
  CHECK(of_feed.back()["arguments"]["paused"] == true);
  const auto now = tws::WatchedTopic::Clock::now();
  feeds.front()->tick(now + std::chrono::seconds(4));
  CHECK(feeds.front()->state()["reason"] == "its worker does not answer");
  one.leave();
  feeds.front()->tick(now + std::chrono::seconds(100));
  CHECK(asked().back()["type"] == "cancel");
  CHECK_EQUAL(1, of_feed.size());
  viewers.clear();
  feeds.front()->tick(tws::WatchedTopic::Clock::now() + std::chrono::seconds(61));
  asked();
  CHECK(of_feed.back()["type"] == "cancel");
}

TEST(WatchedTopic, WhatIsTooLargeToTranscodeIsWaitedFor) {
  const std::string large(100UL << 10, 'x');
  Viewer& json = join();
  tell("snapshot", question(), {{"x", large}});
  event_of(json);
  Viewer& cbor = join(Serializer::kCbor);
  topic->tick(tws::WatchedTopic::Clock::now() + 2 * tws::WatchedTopic::kPatience);
  kill_worker();
  CHECK(cbor.events().empty() && join(Serializer::kMsgpack).events().empty());
  start_worker();
  const Value again = asked().back();
  tell("snapshot", again, {{"x", large}});
  CHECK(event_of(json)["by"] == "json");
  CHECK(event_of(cbor)["by"] == "cbor");
  CHECK(event_of(*viewers.back())["by"] == "msgpack");
}
