// The server's own topics in the broker: single ones, and families whose subscriptions come and go.
#include <CppUTest/TestHarness.h>

#include <vector>

#include "tests/unit/wamp_peer.hpp"
#include "wamp/session_v1.hpp"

using namespace tws;
using namespace tws::wamp;

namespace {

// Its format is the option _format, which must not be "bad"; greets each subscriber.
class Topic final : public ServerTopic {
 public:
  explicit Topic(bool keeps) : keeps_(keeps) {}
  Result<std::string> format_of(const std::string& topic, const Value& options) const override {
    asked.push_back(topic);
    const auto format = text_member(options, "_format").value_or("");
    return format == "bad" ? Result<std::string>(Error{"no such format", "wamp.error.invalid_argument"}) : format;
  }
  bool keeps_subscriptions() const override { return keeps_; }
  void on_subscribed(Session& session, const Subscription& subscription) override {
    CHECK_TRUE(subscription.subscribers.contains(&session));
    session.offer_event(subscription, subscription.event(std::make_shared<const Payload>(args_payload({"hello"}))));
  }
  void on_unsubscribed(Session& session, const Subscription& subscription) override {
    CHECK_FALSE(subscription.subscribers.contains(&session));
    left.push_back(subscription.pattern.uri);
  }

  mutable std::vector<std::string> asked;
  std::vector<std::string> left;

 private:
  bool keeps_;
};

}  // namespace

TEST_GROUP(ServerTopics) {
  Topic single{true};
  Topic family{false};
  Realm realm{"realm1", open_policy()};
  Peer first{realm};
  Peer second{realm};

  void setup() override {
    realm.broker().add_server_topic("own", &single);
    realm.broker().add_server_topics("own.each.", &family);
    first.join();
    second.join();
  }
  // The subscription's id, or the ERROR.
  static Value subscribe(Peer & peer, const std::string& topic, const std::string& options = "{}") {
    const auto before = peer.count();
    peer.say("[32,1," + options + ",\"" + topic + "\"]");
    const Value answer = Value::parse(peer.client.received.at(before));
    return answer[0] == 33 ? answer[2] : answer[4];
  }
  static void unsubscribe(Peer & peer, const Value& id) { peer.say("[34,2," + id.dump() + "]"); }
};

TEST(ServerTopics, SubscriptionsOfAFamilyGoWithTheirLastSubscriber) {
  const Value one = subscribe(first, "own.each.a");
  CHECK_TRUE(first.last_has("hello"));
  CHECK_TRUE(subscribe(second, "own.each.a") == one);
  const Value other = subscribe(second, "own.each.b");
  CHECK_TRUE(other != one);
  CHECK_TRUE(subscribe(second, "own.each.b", R"({"_format":"x"})") != other);
  LONGS_EQUAL(4, realm.broker().count());
  CHECK_TRUE(family.asked == std::vector<std::string>({"own.each.a", "own.each.a", "own.each.b", "own.each.b"}));

  unsubscribe(first, one);
  POINTERS_EQUAL(realm.broker().find(one.get<Id>()), realm.broker().find({"own.each.a", Match::kExact}));
  unsubscribe(second, one);
  POINTERS_EQUAL(nullptr, realm.broker().find(one.get<Id>()));
  POINTERS_EQUAL(nullptr, realm.broker().find({"own.each.a", Match::kExact}));
  CHECK_TRUE(family.left == std::vector<std::string>({"own.each.a", "own.each.a"}));
  CHECK_TRUE(subscribe(first, "own.each.a") != one);

  second.say(R"([6,{},"wamp.close.normal"])");
  POINTERS_EQUAL(nullptr, realm.broker().find(other.get<Id>()));
  LONGS_EQUAL(1, realm.broker().count());
}

TEST(ServerTopics, ThoseOfASingleTopicStay) {
  const Value id = subscribe(first, "own");
  unsubscribe(first, id);
  CHECK_TRUE(realm.broker().find(id.get<Id>()) != nullptr);
  CHECK_TRUE(subscribe(second, "own") == id);
  LONGS_EQUAL(0, family.asked.size());
}

TEST(ServerTopics, TheTopicSaysWhatThereIs) {
  CHECK_TRUE(subscribe(first, "own.each.a", R"({"_format":"bad"})") == "wamp.error.invalid_argument");
  LONGS_EQUAL(0, realm.broker().count());
  CHECK_TRUE(realm.broker().is_server_topic("own.each.a"));
  CHECK_TRUE(realm.broker().is_server_topic("own"));
  for (const char* topic : {"own.each", "own.eac", "own.eacz", "own.f", "owner", "a", "z"}) {
    CHECK_FALSE(realm.broker().is_server_topic(topic));
  }
}

TEST(ServerTopics, PatternsHaveNone) {
  subscribe(first, "own.each.", R"({"match":"prefix"})");
  subscribe(first, "own.each.", R"({"match":"wildcard"})");
  subscribe(first, "own", R"({"match":"prefix"})");
  const auto before = first.count();
  subscribe(second, "own.each.a");
  CHECK_TRUE(second.last_has("hello"));
  LONGS_EQUAL(before, first.count());
  LONGS_EQUAL(1, family.asked.size());
}

TEST(ServerTopics, ASessionHasAsManyAsItMay) {
  RealmPolicy policy = open_policy();
  policy.max_subscriptions = 2;
  realm.set_policy(policy);
  subscribe(first, "own.each.a");
  const Value last = subscribe(first, "own.each.a", R"({"_format":"x"})");
  CHECK_TRUE(subscribe(first, "own.each.b") == "torrent_ws.error.too_many_subscriptions");
  unsubscribe(first, last);
  CHECK_TRUE(subscribe(first, "own.each.b").is_number());
}

TEST(ServerTopics, WhoLeavesWhileBehindIsResumedInNothing) {
  first.client.is_slow = true;
  const Value gone = subscribe(first, "own.each.a");
  const Value kept = subscribe(first, "own.each.b");
  unsubscribe(first, gone);
  first.client.is_slow = false;
  const auto before = first.count();
  first.session.on_drained();
  LONGS_EQUAL(before + 1, first.count());
  CHECK_TRUE(first.last_message()[1] == kept);
}

TEST(ServerTopics, AreForWampV1Too) {
  Client client;
  SessionV1 page(realm, client, "");
  page.on_open();
  page.on_message(R"([5,"own.each.a"])", false);
  STRCMP_EQUAL("[8,\"own.each.a\"", client.received.at(client.received.size() - 2).c_str());
  STRCMP_EQUAL(",\"hello\"]", client.received.back().c_str());
  page.on_message(R"([6,"own.each.a"])", false);
  POINTERS_EQUAL(nullptr, realm.broker().find({"own.each.a", Match::kExact}));
}
