#include "topics/commands_topic.hpp"

#include <CppUTest/TestHarness.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/peer_events.hpp"
#include "wire/error_uris.hpp"

using tws::CommandsTopic;
using tws::wamp::Peer;
using tws::wamp::Value;

namespace {

constexpr auto kBatch = std::chrono::milliseconds(250);
constexpr auto kMinute = std::chrono::minutes(1);

}  // namespace

TEST_GROUP(CommandsTopic) {
  tws::wamp::Realm realm{"torrents", tws::wamp::token_policy()};
  CommandsTopic topic{realm.broker(), realm.timers()};
  Peer page{realm};
  Peer second{realm};
  Peer stranger{realm};

  void setup() override {
    realm.broker().add_server_topic(CommandsTopic::kName, &topic);
    open(page, "1");
  }

  static void open(Peer & one, const char* user) {
    one.sign_in(user);
    one.say(R"([32,1,{},"torrents.commands"])");
  }

  CommandsTopic::CommandId begin(const Value& kwargs = Value::object()) {
    return topic.begin("1", "torrent.start", "main", kwargs);
  }
  void wait(std::chrono::milliseconds time) { realm.timers().run(tws::wamp::Timers::Clock::now() + time); }
};

TEST(CommandsTopic, begins_with_a_snapshot_for_the_users_pages_alone) {
  begin();
  open(second, "1");
  open(stranger, "2");
  const auto first = events_of(second);
  LONGS_EQUAL(1, first.size());
  CHECK_TRUE(first[0]["snapshot"] == true);
  CHECK_TRUE(first[0]["commands"]["1"]["state"] == "pending");
  CHECK_TRUE(first[0]["commands"]["1"]["procedure"] == "torrent.start");
  CHECK_TRUE(first[0]["commands"]["1"]["daemon"] == "main");
  CHECK_TRUE(events_of(stranger)[0]["commands"] == Value::object());
  wait(kBatch);
  LONGS_EQUAL(1, events_of(page).size() - 1);  // behind its own snapshot
  LONGS_EQUAL(0, events_of(stranger).size());
}

TEST(CommandsTopic, tells_quick_ones_once_and_all_of_a_batch_together) {
  events_of(page);
  for (int i = 0; i < 3; ++i) {
    const auto id = begin();
    topic.explain("1", id, "sent");
    topic.end("1", id, tws::Done{});
  }
  wait(kBatch);
  const auto events = events_of(page);
  LONGS_EQUAL(1, events.size());
  LONGS_EQUAL(3, events[0]["commands"].size());
  for (const auto& [id, command] : events[0]["commands"].items()) {
    CHECK_TRUE(command["state"] == "done");
    CHECK_TRUE(command["ended"] >= command["since"]);
    CHECK_FALSE(command.contains("message"));
  }
}

TEST(CommandsTopic, tells_how_it_ended_and_forgets_it_after_a_minute) {
  const auto failed = begin();
  const auto unknown = begin();
  const auto under_way = begin();
  topic.explain("1", under_way, "waits");
  topic.end("1", failed, tws::Error{"no", tws::error_uri::kDaemonRefused});
  topic.end("1", unknown, tws::Error{"who knows", tws::error_uri::kOutcomeUnknown});
  wait(kBatch);
  const Value told = events_of(page).back();
  CHECK_TRUE(told["commands"]["1"]["state"] == "failed");
  CHECK_TRUE(told["commands"]["1"]["error"] == tws::error_uri::kDaemonRefused);
  CHECK_TRUE(told["commands"]["1"]["message"] == "no");
  CHECK_TRUE(told["commands"]["2"]["state"] == "unknown");
  CHECK_TRUE(told["commands"]["3"]["message"] == "waits");
  Value removed = Value::array();
  for (int turns = 0; turns < 4; ++turns) {  // what one turn sets is for the next ones
    wait(kMinute + kBatch);
    for (const Value& event : events_of(page)) {
      removed.insert(removed.end(), event["removed"].begin(), event["removed"].end());
      CHECK_TRUE(event["commands"].empty());
    }
  }
  CHECK_TRUE(removed == Value::array({"1", "2"}));
  open(second, "1");
  const Value snapshot = events_of(second).back();
  LONGS_EQUAL(1, snapshot["commands"].size());
  CHECK_TRUE(snapshot["commands"].contains("3"));
}

TEST(CommandsTopic, names_so_many_torrents_and_counts_the_rest) {
  const Value ids(CommandsTopic::kMaxIds + 1, std::string(40, 'a'));
  for (std::size_t named = 0; named < CommandsTopic::kMaxIdsOfUser + 1; named += CommandsTopic::kMaxIds) {
    begin({{"ids", ids}});
  }
  begin({{"ids", {7, std::string(65, 'a'), "short \" one"}}});
  open(second, "1");
  const Value commands = events_of(second)[0]["commands"];
  LONGS_EQUAL(CommandsTopic::kMaxIds, commands["1"]["ids"].size());
  CHECK_TRUE(commands["1"]["count"] == CommandsTopic::kMaxIds + 1);
  const std::string last = std::to_string(commands.size());
  CHECK_TRUE(commands[last]["ids"].empty());
  CHECK_TRUE(commands[last]["count"] == 3);
}

TEST(CommandsTopic, names_only_what_may_be_a_hash) {
  begin({{"ids", {7, std::string(65, 'a'), "short \" one"}}});
  begin({{"ids", "recently-active"}});
  open(second, "1");
  const Value commands = events_of(second)[0]["commands"];
  CHECK_TRUE(commands["1"]["ids"] == Value::array({"short \" one"}));
  CHECK_TRUE(commands["2"]["ids"] == Value::array());
  CHECK_TRUE(commands["2"]["count"] == 0);
}

TEST(CommandsTopic, a_user_has_so_many_of_which_those_that_ended_make_room) {
  for (std::size_t i = 0; i < CommandsTopic::kMaxCommands; ++i) {
    CHECK_TRUE(begin() != 0);
  }
  LONGS_EQUAL(0, begin());
  topic.end("1", 0, tws::Done{});
  topic.end("1", 5, tws::Done{});
  const auto next = begin();
  LONGS_EQUAL(CommandsTopic::kMaxCommands + 1, next);
  wait(kBatch);
  const Value told = events_of(page).back();
  CHECK_TRUE(told["removed"] == Value::array({"5"}));
  LONGS_EQUAL(CommandsTopic::kMaxCommands, told["commands"].size());
  wait(kMinute);  // of the one that is gone
}

TEST(CommandsTopic, knows_nothing_more_of_who_left_and_commands_nothing) {
  page.say(R"([6,{},"wamp.close.close_realm"])");
  const auto id = begin();
  wait(kBatch);
  topic.end("1", id, tws::Done{});
  wait(kMinute);
  wait(kMinute + kBatch);
  open(second, "1");
  CHECK_TRUE(events_of(second)[0]["commands"] == Value::object());
  LONGS_EQUAL(1, begin());  // counts anew
}

TEST(CommandsTopic, makes_a_snapshot_once_until_something_changes) {
  begin();
  wait(kBatch);
  page.client.received.clear();
  // The publication's id of the event that a new page gets.
  const auto publication = [this] {
    Peer next(realm);
    open(next, "1");
    return next.last_message()[2];
  };
  const Value first = publication();
  CHECK_TRUE(publication() == first);
  topic.explain("1", 1, "sent");
  const Value second = publication();
  CHECK_TRUE(second != first);
  CHECK_TRUE(publication() == second);
  topic.end("1", 1, tws::Done{});
  const Value third = publication();
  CHECK_TRUE(third != second);
  for (int turns = 0; turns < 3; ++turns) {
    wait(kMinute + kBatch);
  }
  CHECK_TRUE(publication() != third);
}
