#include <CppUTest/TestHarness.h>

#include <memory>

#include "tests/unit/wamp_peer.hpp"
#include "wamp/meta_api.hpp"

using tws::wamp::open_policy;
using tws::wamp::Peer;
using tws::wamp::permission;
using tws::wamp::Realm;
using tws::wamp::token_policy;
using tws::wamp::Value;

TEST_GROUP(WampMeta) {
  Realm realm{"realm1", open_policy()};
  Peer admin{realm};
  std::unique_ptr<Peer> peer = std::make_unique<Peer>(realm);
  void setup() override {
    add_meta_api(realm);
    admin.join();
    peer->join();
  }
};

TEST(WampMeta, SaysWhoIsThere) {
  const Peer silent(realm);
  CHECK_TRUE(admin.call("wamp.session.count") == 2);
  CHECK_TRUE(admin.call("wamp.session.count", R"([["admin"]])") == 0);
  CHECK_TRUE(admin.call("wamp.session.list", R"([["anonymous"]])").size() == 2);
  CHECK_TRUE(admin.call("wamp.session.list", "[7]") == "wamp.error.invalid_argument");
  const Value details = admin.call("wamp.session.get", "[" + peer->id() + "]");
  CHECK_TRUE(details["session"] == peer->session.id() && details["authrole"] == "anonymous");
  CHECK_TRUE(admin.call("wamp.session.get", "[" + silent.id() + "]") == "wamp.error.no_such_session");
  CHECK_TRUE(admin.call("wamp.session.get", "[\"x\"]") == "wamp.error.invalid_argument");
}

TEST(WampMeta, SaysWhoComesAndGoes) {
  admin.say(R"([32,1,{},"wamp.session.on_join"])");
  admin.say(R"([32,2,{},"wamp.session.on_leave"])");
  auto guest = std::make_unique<Peer>(realm);
  guest->join();
  const auto id = guest->session.id();
  CHECK_TRUE(admin.last_message()[4][0]["session"] == id);
  guest.reset();
  CHECK_TRUE(admin.last_message()[4] == Value({id, "", "anonymous"}));
}

TEST(WampMeta, EndsSessionsOfOthers) {
  CHECK_TRUE(admin.call("wamp.session.kill", "[" + admin.id() + "]") == "wamp.error.no_such_session");
  CHECK_TRUE(admin.call("wamp.session.kill", "[" + peer->id() + "]", R"({"reason":"no URI"})") ==
             "wamp.error.invalid_uri");
  CHECK_FALSE(peer->client.closed);
  CHECK_TRUE(admin.call("wamp.session.kill", "[" + peer->id() + "]", R"({"reason":"com.example.enough"})").is_null());
  CHECK_TRUE(peer->client.closed);
  STRCMP_EQUAL(R"([6,{},"com.example.enough"])", peer->last().c_str());
  Peer third(realm);
  third.join();
  CHECK_TRUE(admin.call("wamp.session.kill_by_authid", "[\"nobody\"]") == Value::array());
  CHECK_TRUE(admin.call("wamp.session.kill_by_authrole", "[\"anonymous\"]") == 1);
  CHECK_TRUE(third.last_has("wamp.close.killed"));
  Peer fourth(realm);
  fourth.join();
  CHECK_TRUE(admin.call("wamp.session.kill_all", "[]", R"({"message":"Good night."})") == 1);
  STRCMP_EQUAL(R"([6,{"message":"Good night."},"wamp.close.killed"])", fourth.last().c_str());
  CHECK_FALSE(admin.client.closed);
}

TEST(WampMeta, IsForAdministrators) {
  Realm torrents("torrents", token_policy({permission("*", tws::Match::kPrefix)}));
  add_meta_api(torrents);
  Peer boss(torrents);
  Peer user(torrents);
  boss.sign_in("1");
  user.sign_in("2");
  CHECK_TRUE(user.call("wamp.session.count") == "wamp.error.not_authorized");
  CHECK_TRUE(user.call("wamp.session.kill", "[" + boss.id() + "]") == "wamp.error.not_authorized");
  user.say(R"([32,1,{},"wamp.session.on_join"])");
  CHECK_TRUE(user.last_has("wamp.error.not_authorized"));
  CHECK_TRUE(boss.call("wamp.session.count") == 2);
  boss.say(R"([32,1,{},"wamp.session.on_join"])");
  CHECK_TRUE(boss.last_begins("[33,"));
}

TEST(WampMeta, NoPatternShowsItToOthers) {
  Realm torrents("torrents", token_policy({permission("", tws::Match::kPrefix)}));
  add_meta_api(torrents);
  Peer boss(torrents);
  Peer user(torrents);
  boss.sign_in("1");
  user.sign_in("2");
  user.say(R"([32,1,{"match":"prefix"},""])");
  CHECK_TRUE(user.last_begins("[33,"));
  boss.say(R"([32,1,{"match":"prefix"},""])");
  const auto before = user.count();
  Peer guest(torrents);
  guest.join();
  LONGS_EQUAL(before, user.count());
  CHECK_TRUE(boss.last_has("wamp.session.on_join"));
}

TEST(WampMeta, SaysWhatIsSubscribed) {
  for (const char* topic : {"on_create", "on_subscribe", "on_unsubscribe", "on_delete"}) {
    admin.say(std::string(R"([32,1,{},"wamp.subscription.)") + topic + "\"]");
  }
  const auto before = admin.count();
  peer->say(R"([32,1,{"match":"prefix"},"com.ex"])");
  LONGS_EQUAL(before + 2, admin.count());
  const Value id = peer->last_message()[2];
  CHECK_TRUE(admin.last_message()[4] == Value({peer->session.id(), id}));
  const std::string argument = "[" + id.dump() + "]";
  CHECK_TRUE(admin.call("wamp.subscription.list")["prefix"] == Value::array({id}));
  CHECK_TRUE(admin.call("wamp.subscription.lookup", R"(["com.ex",{"match":"prefix"}])") == id);
  CHECK_TRUE(admin.call("wamp.subscription.lookup", R"(["com.ex"])").is_null());
  CHECK_TRUE(admin.call("wamp.subscription.match", R"(["com.example"])") == Value::array({id}));
  CHECK_TRUE(admin.call("wamp.subscription.match", R"(["org.example"])").is_null());
  const Value details = admin.call("wamp.subscription.get", argument);
  CHECK_TRUE(details["uri"] == "com.ex" && details["match"] == "prefix" && details["id"] == id);
  CHECK_TRUE(admin.call("wamp.subscription.list_subscribers", argument) == Value::array({peer->session.id()}));
  CHECK_TRUE(admin.call("wamp.subscription.count_subscribers", argument) == 1);
  CHECK_TRUE(admin.call("wamp.subscription.count_subscribers", "[999]") == "wamp.error.no_such_subscription");
  CHECK_TRUE(admin.call("wamp.subscription.remove_subscriber", "[" + id.dump() + "," + admin.id() + "]") ==
             "wamp.error.no_such_session");
  const auto session = peer->session.id();
  const auto count = admin.count();
  admin.call("wamp.subscription.remove_subscriber", "[" + id.dump() + "," + peer->id() + "]");
  LONGS_EQUAL(count + 3, admin.count());
  CHECK_TRUE(Value::parse(admin.client.received[count + 1])[4] == Value({session, id}));
  CHECK_TRUE(admin.call("wamp.subscription.get", argument) == "wamp.error.no_such_subscription");
}

TEST(WampMeta, SaysWhatIsRegistered) {
  for (const char* topic : {"on_create", "on_register", "on_unregister", "on_delete"}) {
    admin.say(std::string(R"([32,1,{},"wamp.registration.)") + topic + "\"]");
  }
  const auto before = admin.count();
  peer->say(R"([64,1,{"invoke":"roundrobin"},"com.add"])");
  LONGS_EQUAL(before + 2, admin.count());
  const Value id = peer->last_message()[2];
  const std::string argument = "[" + id.dump() + "]";
  CHECK_TRUE(admin.call("wamp.registration.list")["exact"] == Value::array({id}));
  CHECK_TRUE(admin.call("wamp.registration.lookup", R"(["com.add"])") == id);
  CHECK_TRUE(admin.call("wamp.registration.match", R"(["com.add"])") == id);
  CHECK_TRUE(admin.call("wamp.registration.match", R"(["com.sub"])").is_null());
  const Value details = admin.call("wamp.registration.get", argument);
  CHECK_TRUE(details["uri"] == "com.add" && details["invoke"] == "roundrobin");
  CHECK_TRUE(admin.call("wamp.registration.list_callees", argument) == Value::array({peer->session.id()}));
  CHECK_TRUE(admin.call("wamp.registration.count_callees", argument) == 1);
  admin.call("wamp.registration.remove_callee", "[" + id.dump() + "," + peer->id() + "]");
  CHECK_TRUE(admin.call("wamp.registration.get", argument) == "wamp.error.no_such_registration");
}

TEST(WampMeta, TestamentsAreReadWhenTheSessionHasGone) {
  admin.say(R"([32,1,{},"com.example.will"])");
  CHECK_TRUE(peer->call("wamp.session.add_testament", R"(["com.example.will",["gone"],{"x":1}])").is_null());
  CHECK_TRUE(
      peer->call("wamp.session.add_testament", R"(["com.example.will",["not said"],{}])", R"({"scope":"detached"})")
          .is_null());
  CHECK_TRUE(peer->call("wamp.session.flush_testaments", "[]", R"({"scope":"detached"})") == 1);
  CHECK_TRUE(peer->call("wamp.session.add_testament", R"(["torrents",[],{}])") == "wamp.error.not_authorized");
  CHECK_TRUE(peer->call("wamp.session.add_testament", R"(["com.example.will",[],{}])",
                        R"({"publish_options":{"eligible":7}})") == "wamp.error.invalid_argument");
  const auto before = admin.count();
  peer.reset();
  LONGS_EQUAL(before + 1, admin.count());
  CHECK_TRUE(admin.last_message()[4] == Value::array({"gone"}));
  CHECK_TRUE(admin.last_message()[5] == Value({{"x", 1}}));
}

TEST(WampMeta, TestamentsOfTheDetachedComeFirst) {
  admin.say(R"([32,1,{},"com.example.will"])");
  for (const char* scope : {"destroyed", "detached"}) {
    peer->call("wamp.session.add_testament", std::string(R"(["com.example.will",[")") + scope + "\"],{}]",
               std::string(R"({"scope":")") + scope + "\"}");
  }
  CHECK_TRUE(peer->call("wamp.session.flush_testaments", "[]", R"({"scope":"all"})") == "wamp.error.invalid_argument");
  const auto before = admin.count();
  peer.reset();
  CHECK_TRUE(Value::parse(admin.client.received[before])[4] == Value::array({"detached"}));
  CHECK_TRUE(Value::parse(admin.client.received[before + 1])[4] == Value::array({"destroyed"}));
}

TEST(WampMeta, TestamentsAreBounded) {
  for (int i = 0; i < 100; ++i) {
    CHECK_TRUE(peer->call("wamp.session.add_testament", R"(["com.example.will",[],{}])").is_null());
  }
  CHECK_TRUE(peer->call("wamp.session.add_testament", R"(["com.example.will",[],{}])") ==
             "wamp.error.option_not_allowed");
}

TEST_GROUP(WampHistory) {
  Realm realm{"realm1", open_policy()};
  Peer peer{realm};
  void setup() override {
    add_meta_api(realm);
    realm.broker().store().configure({{{"com.example.", tws::Match::kPrefix}, 3}});
    peer.join();
    peer.say(R"([32,1,{"match":"prefix"},"com.example.news"])");
  }
  void publish(const std::string& topic, const std::string& what, const std::string& options = "{}") {
    peer.say("[16,1," + options + ",\"" + topic + "\",[\"" + what + "\"]]");
  }
  // The first arguments of the events.
  std::string events(const std::string& arguments = "[1]", const std::string& kwargs = "{}") {
    const Value list = peer.call("wamp.subscription.get_events", arguments, kwargs);
    std::string all;
    for (const Value& event : list) {
      all += event["args"][0].get<std::string>();
    }
    return all;
  }
};

TEST(WampHistory, HasTheLastEvents) {
  publish("com.example.chat", "x");
  for (const char* what : {"a", "b", "c", "d"}) {
    publish("com.example.news.today", what);
  }
  STRCMP_EQUAL("bcd", events().c_str());
  STRCMP_EQUAL("bc", events("[1,2]").c_str());
  STRCMP_EQUAL("bc", events("[1]", R"({"limit":2})").c_str());
  STRCMP_EQUAL("dc", events("[1]", R"({"limit":2,"reverse":true})").c_str());
  STRCMP_EQUAL("dcb", events("[1]", R"({"reverse":true})").c_str());
  STRCMP_EQUAL("", events("[1]", R"({"topic":"com.example.news.other"})").c_str());
}

TEST(WampHistory, HasBounds) {
  for (const char* what : {"a", "b", "c"}) {
    publish("com.example.news", what);
  }
  const Value middle = peer.call("wamp.subscription.get_events", "[1]")[1];
  const std::string id = middle["publication"].dump();
  const std::string time = middle["timestamp"].dump();
  STRCMP_EQUAL("bc", events("[1]", "{\"from_publication\":" + id + "}").c_str());
  STRCMP_EQUAL("c", events("[1]", "{\"after_publication\":" + id + "}").c_str());
  STRCMP_EQUAL("a", events("[1]", "{\"before_publication\":" + id + "}").c_str());
  STRCMP_EQUAL("ab", events("[1]", "{\"until_publication\":" + id + "}").c_str());
  // What is forgotten was before all that is kept.
  STRCMP_EQUAL("abc", events("[1]", R"({"after_publication":1})").c_str());
  STRCMP_EQUAL("", events("[1]", R"({"before_publication":1})").c_str());
  STRCMP_EQUAL("", events("[1]", "{\"after_publication\":" + id + R"(,"until_time":"2020-01-01T00:00:00Z"})").c_str());
  STRCMP_EQUAL("abc", events("[1]", R"({"from_time":"2020-01-01T00:00:00.000Z"})").c_str());
  STRCMP_EQUAL("", events("[1]", R"({"before_time":"2020-01-01T00:00:00.000Z"})").c_str());
  CHECK_TRUE(events("[1]", "{\"from_time\":" + time + "}").find("bc") != std::string::npos);
  // As a client may write it that knows of no milliseconds, or of another offset.
  STRCMP_EQUAL("", events("[1]", R"({"before_time":"2020-01-01T00:00:00Z"})").c_str());
  STRCMP_EQUAL("abc", events("[1]", R"({"from_time":"2020-01-01T01:00:00+14:00"})").c_str());
  for (const char* wrong : {R"({"from_publication":"x"})", R"({"from_time":"yesterday"})", R"({"until_time":7})",
                            R"({"from_time":"2020-01-01T00:00:00"})", R"({"limit":0})", R"({"limit":-1})"}) {
    CHECK_TRUE(peer.call("wamp.subscription.get_events", "[1]", wrong) == "wamp.error.invalid_argument");
  }
}

TEST(WampHistory, KeepsWhatWasForOthersFromOthers) {
  publish("com.example.news", "for nobody", R"({"eligible_authid":[]})");
  publish("com.example.news", "for others", R"({"exclude_authrole":["anonymous"]})");
  // Session ids mean nothing later, so that these are not kept at all.
  publish("com.example.news", "for one", "{\"eligible\":[" + peer.id() + "]}");
  publish("com.example.news", "for all but one", R"({"exclude":[1]})");
  publish("com.example.news", "a");
  STRCMP_EQUAL("a", events().c_str());
}

TEST(WampHistory, IsWhereItIsConfigured) {
  peer.say(R"([32,2,{},"org.example"])");
  CHECK_TRUE(peer.call("wamp.subscription.get_events", "[2]") == "wamp.error.history_unavailable");
  CHECK_TRUE(peer.call("wamp.subscription.get_events", "[99]") == "wamp.error.no_such_subscription");
  realm.broker().store().configure({});
  CHECK_TRUE(peer.call("wamp.subscription.get_events", "[1]") == "wamp.error.history_unavailable");
}
