#include "bridge/publisher.hpp"

#include <CppUTest/TestHarness.h>

#include "wamp_peer.hpp"

using tws::Permission;
using tws::Publisher;
using tws::PublishWay;
using tws::wamp::Identity;
using tws::wamp::kPublisherMethod;
using tws::wamp::Peer;
using tws::wamp::permission;
using tws::wamp::Realm;
using tws::wamp::Value;

namespace {

Permission for_publishers(const std::string& uri, const std::string& user) {
  Permission granted;
  granted.publish = true;
  granted.pattern = {uri, tws::Match::kExact};
  granted.role = tws::kPublisherRole;
  granted.user = user;
  return granted;
}

}  // namespace

TEST_GROUP(PublisherTest) {
  Realm realm{"torrents",
              tws::wamp::token_policy({permission("com.example.a"), permission("com.example.b"),
                                       for_publishers("com.example.a", "shop"), for_publishers("com.example.c", "")})};
  Publisher publisher{realm};
  const Identity shop{"shop", kPublisherMethod};
  const Identity other{"other", kPublisherMethod};

  Value publish(const std::string& json, const Identity& identity) {
    return Value::parse(publisher.publish(PublishWay::kUnix, json, identity).json);
  }
  Value publish(const std::string& json) { return publish(json, shop); }
  std::string error_of(const std::string& json, const Identity& identity) {
    return publish(json, identity).value("error", "none");
  }
};

TEST(PublisherTest, PublishersMayDoWhatIsForThemAlone) {
  STRCMP_EQUAL("none", error_of(R"({"topic":"com.example.a"})", shop).c_str());
  STRCMP_EQUAL("none", error_of(R"({"topic":"com.example.c"})", other).c_str());
  for (const char* json : {R"({"topic":"com.example.b"})", R"({"topic":"torrents"})"}) {
    STRCMP_EQUAL("wamp.error.not_authorized", error_of(json, shop).c_str());
  }
  STRCMP_EQUAL("wamp.error.not_authorized", error_of(R"({"topic":"com.example.a"})", other).c_str());
}

TEST(PublisherTest, AKeyIsNoUserOfItsName) {
  // User 1 is an administrator; user "shop" has no line for publishers.
  const Identity key_of_that_name{"1", kPublisherMethod};
  STRCMP_EQUAL("wamp.error.not_authorized", error_of(R"({"topic":"com.example.b"})", key_of_that_name).c_str());
  STRCMP_EQUAL("publisher", realm.role_of(key_of_that_name).c_str());
  const Identity user{"shop", "ticket"};
  STRCMP_EQUAL("wamp.error.not_authorized", error_of(R"({"topic":"com.example.c"})", user).c_str());
  STRCMP_EQUAL("none", error_of(R"({"topic":"com.example.b"})", user).c_str());
}

TEST(PublisherTest, CountsSessions) {
  Peer one(realm);
  Peer two(realm);
  one.sign_in("1");
  two.sign_in("2");
  for (Peer* peer : {&one, &two}) {
    peer->say(R"([32,1,{},"com.example.a"])");
  }
  one.say(R"([32,2,{"match":"wildcard"},"com..a"])");
  LONGS_EQUAL(2, publish(R"({"topic":"com.example.a"})")["receivers"].get<int>());
  const auto to_two = R"({"topic":"com.example.a","options":{"eligible_authid":["2"]}})";
  LONGS_EQUAL(1, publish(to_two)["receivers"].get<int>());
}

TEST(PublisherTest, EventsAreSaidInBothWays) {
  Peer peer(realm);
  peer.sign_in("1");
  peer.say(R"([32,1,{},"com.example.a"])");
  publish(R"({"topic":"com.example.a","event":null})");
  CHECK_TRUE(peer.last_message()[4] == Value::array({nullptr}));
  publish(R"({"topic":"com.example.a","args":[1,"\u0000YWJj"],"kwargs":{"b":2.5}})");
  CHECK_TRUE(peer.last_has(R"([1,"\u0000YWJj"])"));
  CHECK_TRUE(peer.last_message()[5] == Value({{"b", 2.5}}));
  publish(R"({"topic":"com.example.a","args":null,"kwargs":[],"options":null})");
  LONGS_EQUAL(4, peer.last_message().size());
}

TEST(PublisherTest, NullIsNoListOfReceivers) {
  for (const char* option : {"eligible", "exclude", "eligible_authid", "exclude_authrole"}) {
    const std::string publication = std::string(R"({"topic":"com.example.a","options":{")") + option + R"(":null}})";
    STRCMP_EQUAL("wamp.error.invalid_argument", error_of(publication, shop).c_str());
  }
}

TEST(PublisherTest, AListIsDoneAsFarAsItCan) {
  const auto answer =
      publisher.publish(PublishWay::kZmq, R"([{"topic":"com.example.a"},7,{"topic":"com.example.a"}])", shop);
  const Value list = Value::parse(answer.json);
  LONGS_EQUAL(3, list.size());
  CHECK_TRUE(list[0].contains("id") && list[2].contains("id"));
  STRCMP_EQUAL("wamp.error.invalid_argument", list[1].value("error", "").c_str());
  CHECK_TRUE(answer.any_published && answer.first_error.has_value());
  LONGS_EQUAL(2, publisher.figures(PublishWay::kZmq).published);
  LONGS_EQUAL(1, publisher.figures(PublishWay::kZmq).refused);
  LONGS_EQUAL(0, publisher.figures(PublishWay::kUnix).refused);
}

TEST(PublisherTest, AListIsBounded) {
  std::string list = "[7";
  for (std::size_t i = 1; i < Publisher::kMaxPublications; ++i) {
    list += ",7";
  }
  LONGS_EQUAL(Publisher::kMaxPublications, publish(list + "]").size());
  STRCMP_EQUAL("wamp.error.invalid_argument", error_of(list + ",7]", shop).c_str());
}
