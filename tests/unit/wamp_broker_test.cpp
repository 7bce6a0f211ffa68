#include <CppUTest/TestHarness.h>

#include "tests/unit/wamp_peer.hpp"

using tws::wamp::open_policy;
using tws::wamp::Peer;
using tws::wamp::Realm;
using tws::wamp::Value;

TEST_GROUP(WampBroker){};

TEST(WampBroker, EachSubscriberGetsAnEventOnce) {
  Realm realm("realm1", open_policy());
  Peer publisher(realm);
  Peer subscriber(realm);
  publisher.join();
  subscriber.join();
  subscriber.say(R"([32,1,{},"a.b"])");
  const std::string subscribed = subscriber.last();
  subscriber.say(R"([32,2,{},"a.b"])");
  STRCMP_EQUAL(("[33,2" + subscribed.substr(5)).c_str(), subscriber.last().c_str());
  publisher.say(R"([32,1,{},"a.b"])");
  const auto before = publisher.client.received.size();
  publisher.say(R"([16,7,{"acknowledge":true},"a.b",[1],{"x":2}])");
  CHECK_TRUE(publisher.last_begins("[17,7,"));
  LONGS_EQUAL(before + 1, publisher.client.received.size());
  LONGS_EQUAL(4 - 1 + 1, subscriber.client.received.size());
  CHECK_TRUE(subscriber.last_has(R"(,{},[1],{"x":2}])"));
  publisher.say(R"([16,8,{"exclude_me":false},"a.b"])");
  CHECK_TRUE(publisher.last_begins("[36,"));
}

TEST(WampBroker, UnsubscribedMeansNothingMore) {
  Realm realm("realm1", open_policy());
  Peer peer(realm);
  peer.join();
  peer.say(R"([32,1,{},"a.b"])");
  LONGS_EQUAL(1, realm.broker().count());
  peer.say("[34,2,1]");
  STRCMP_EQUAL("[35,2]", peer.last().c_str());
  LONGS_EQUAL(0, realm.broker().count());
  peer.say("[34,3,1]");
  CHECK_TRUE(peer.last_has("wamp.error.no_such_subscription"));
}

TEST_GROUP(WampPublish) {
  Realm realm{"realm1", open_policy()};
  Peer publisher{realm};
  Peer first{realm};
  Peer second{realm};
  void setup() override {
    for (Peer* peer : {&publisher, &first, &second}) {
      peer->join();
    }
  }
  // Both subscribe, and the publisher publishes; who got it is told.
  void subscribe_both(const std::string& options = "{}", const std::string& topic = "a.b") {
    first.say("[32,1," + options + ",\"" + topic + "\"]");
    second.say("[32,1," + options + ",\"" + topic + "\"]");
  }
  std::string receivers_of(const std::string& options) {
    const std::size_t before[] = {first.count(), second.count()};
    publisher.say("[16,9," + options + ",\"a.b\",[1]]");
    return std::string(first.count() > before[0] ? "1" : "") + (second.count() > before[1] ? "2" : "");
  }
};

TEST(WampPublish, GoesToWhomItIsFor) {
  subscribe_both();
  STRCMP_EQUAL("12", receivers_of("{}").c_str());
  STRCMP_EQUAL("2", receivers_of("{\"exclude\":[" + first.id() + "]}").c_str());
  STRCMP_EQUAL("1", receivers_of("{\"eligible\":[" + first.id() + "]}").c_str());
  STRCMP_EQUAL("", receivers_of(R"({"eligible":[]})").c_str());
  STRCMP_EQUAL("", receivers_of("{\"eligible\":[" + first.id() + "],\"exclude\":[" + first.id() + "]}").c_str());
  STRCMP_EQUAL("", receivers_of(R"({"eligible_authid":["1"]})").c_str());
  STRCMP_EQUAL("12", receivers_of(R"({"eligible_authrole":["anonymous"]})").c_str());
  STRCMP_EQUAL("", receivers_of(R"({"exclude_authrole":["anonymous"]})").c_str());
  STRCMP_EQUAL("12", receivers_of(R"({"exclude_authid":["1"],"unknown":7,"eligible":null})").c_str());
}

TEST(WampPublish, OneUserOrRole) {
  Realm torrents("torrents", tws::wamp::token_policy());
  Peer one(torrents);
  Peer other(torrents);
  one.sign_in("1");
  other.sign_in("2");
  for (Peer* peer : {&one, &other}) {
    peer->say(R"([32,1,{},"com.example.a"])");
  }
  const auto before = one.count();
  other.say(R"([16,2,{"eligible_authid":["1"],"exclude_me":false},"com.example.a",["for one"]])");
  CHECK_TRUE(one.last_has("for one"));
  other.say(R"([16,3,{"eligible_authrole":["user"],"exclude_me":false},"com.example.a",["for users"]])");
  CHECK_TRUE(other.last_has("for users"));
  LONGS_EQUAL(before + 1, one.count());
}

TEST(WampPublish, PublishersSayWhoTheyAre) {
  subscribe_both();
  receivers_of(R"({"disclose_me":true})");
  const Value details = first.last_message()[3];
  CHECK_TRUE(
      details ==
      Value({{"publisher", publisher.session.id()}, {"publisher_authid", ""}, {"publisher_authrole", "anonymous"}}));
}

TEST(WampPublish, PatternsGetWhatTheyMatch) {
  first.say(R"([32,1,{"match":"prefix"},"com.ex"])");
  first.say(R"([32,2,{"match":"wildcard"},"com..chat"])");
  first.say(R"([32,3,{},"com.example.chat"])");
  const auto before = first.count();
  publisher.say(R"([16,1,{},"com.example.chat"])");
  LONGS_EQUAL(before + 3, first.count());
  const auto topics = [&](std::size_t index) { return Value::parse(first.client.received[index])[3]; };
  CHECK_TRUE(topics(before) == Value::object());
  CHECK_TRUE(topics(before + 1) == Value({{"topic", "com.example.chat"}}));
  // The same publication in all of them.
  CHECK_TRUE(Value::parse(first.client.received[before])[2] == first.last_message()[2]);
  publisher.say(R"([16,2,{},"com.example"])");
  LONGS_EQUAL(before + 4, first.count());
  publisher.say(R"([16,3,{},"com.a.b.chat"])");
  publisher.say(R"([16,4,{},"org.example.chat"])");
  LONGS_EQUAL(before + 4, first.count());
  first.say("[34,9,1]");
  publisher.say(R"([16,5,{},"com.example"])");
  STRCMP_EQUAL("[35,9]", first.last().c_str());
}

TEST(WampPublish, ASubscriptionOfAnotherMatchIsAnotherOne) {
  first.say(R"([32,1,{},"a.b"])");
  const Value exact = first.last_message()[2];
  first.say(R"([32,2,{"match":"prefix"},"a.b"])");
  CHECK_TRUE(exact != first.last_message()[2]);
  LONGS_EQUAL(2, realm.broker().count());
}

TEST(WampPublish, TheLastRetainedEventWaitsForWhoAsks) {
  publisher.say(R"([16,1,{"retain":true},"a.b",["old"]])");
  publisher.say(R"([16,2,{"retain":true,"acknowledge":true},"a.b",["kept"]])");
  const Value publication = publisher.last_message()[2];
  publisher.say(R"([16,3,{},"a.b",["passing"]])");
  first.say(R"([32,1,{"get_retained":true},"a.b"])");
  const Value event = first.last_message();
  CHECK_TRUE(event == Value({36, 1, publication, {{"retained", true}}, {"kept"}}));
  const auto before = first.count();
  first.say(R"([32,2,{"get_retained":true},"a.b"])");
  LONGS_EQUAL(before + 1, first.count());
  second.say(R"([32,1,{},"a.b"])");
  CHECK_TRUE(second.last_begins("[33,"));
  second.say(R"([32,2,{"match":"prefix","get_retained":true},"a"])");
  CHECK_TRUE(second.last_message()[3] == Value({{"retained", true}, {"topic", "a.b"}}));
}

TEST(WampPublish, WhatWasRetainedForSomeIsForThem) {
  publisher.say("[16,1,{\"retain\":true,\"eligible\":[" + first.id() + "]},\"a.b\",[1]]");
  second.say(R"([32,1,{"get_retained":true},"a.b"])");
  CHECK_TRUE(second.last_begins("[33,"));
  first.say(R"([32,1,{"get_retained":true},"a.b"])");
  CHECK_TRUE(first.last_begins("[36,"));
}

TEST(WampPublish, RetainedEventsAreBounded) {
  tws::wamp::EventStore store;
  const auto publication = [](const std::string& topic) {
    return std::make_shared<const tws::wamp::Publication>(
        tws::wamp::Publication{1,
                               topic,
                               std::make_shared<const tws::wamp::Payload>(tws::wamp::args_payload({topic})),
                               {},
                               Value::object(),
                               0});
  };
  for (std::size_t i = 0; i <= tws::wamp::EventStore::kMaxRetained; ++i) {
    store.retain(publication("t" + std::to_string(i)));
  }
  const std::string nobody;
  const tws::wamp::Receiver receiver{1, nobody, nobody};
  LONGS_EQUAL(0, store.retained({"t0", tws::Match::kExact}, receiver).size());
  LONGS_EQUAL(1, store.retained({"t1", tws::Match::kExact}, receiver).size());
  LONGS_EQUAL(tws::wamp::EventStore::kMaxRetained, store.retained({"", tws::Match::kPrefix}, receiver).size());
}

TEST(WampPublish, EachSerializerGetsItsOwn) {
  Peer cbor(realm, "", tws::wamp::Serializer::kCbor);
  Peer msgpack(realm, "", tws::wamp::Serializer::kMsgpack);
  for (Peer* peer : {&cbor, &msgpack}) {
    const auto serializer = peer == &cbor ? tws::wamp::Serializer::kCbor : tws::wamp::Serializer::kMsgpack;
    const auto say = [&](const Value& message) {
      std::string bytes;
      tws::wamp::encode(bytes, serializer, message);
      peer->session.on_message(bytes, true);
    };
    say({1, "realm1", {{"roles", Value::object()}}});
    say({32, 1, Value::object(), "a.b"});
    publisher.say(R"([16,1,{},"a.b",["x",1.5,"\u0000AAE="],{"k":null}])");
    const auto event = tws::wamp::decode(serializer, peer->last());
    CHECK_TRUE((*event)[4] == Value({"x", 1.5, Value::binary({0, 1})}));
    CHECK_TRUE((*event)[5] == Value({{"k", nullptr}}));
    say({16, 2, Value::object(), "c.d", {Value::binary({7})}});
  }
  // A text message of such a client is none.
  cbor.say(R"([32,2,{},"a.b"])");
  CHECK_TRUE(cbor.client.closed);
}

TEST(WampPublish, RevokedSubscriptionsAreTold) {
  Peer knowing(realm);
  knowing.join(R"({"subscriber":{"features":{"subscription_revocation":true}}})");
  knowing.say(R"([32,1,{},"a.b"])");
  first.say(R"([32,1,{},"a.b"])");
  const auto before = first.count();
  for (Peer* peer : {&knowing, &first}) {
    tws::wamp::Session& session = peer->session;
    realm.broker().revoke(session, *realm.broker().subscriptions_of(session).front(), "gone");
  }
  CHECK_TRUE(knowing.last_message() == Value({35, 0, {{"subscription", 1}, {"reason", "gone"}}}));
  LONGS_EQUAL(before, first.count());
  LONGS_EQUAL(0, realm.broker().count());
}

TEST(WampPublish, NothingIsLeftOfASessionThatEnds) {
  {
    Peer leaving(realm);
    leaving.join();
    for (const char* match : {"exact", "prefix", "wildcard"}) {
      leaving.say(std::string(R"([32,1,{"match":")") + match + R"("},"a.b"])");
    }
    LONGS_EQUAL(3, realm.broker().count());
    leaving.say(R"([6,{},"wamp.close.normal"])");
    CHECK_TRUE(leaving.last_has("wamp.close.goodbye_and_out"));
    LONGS_EQUAL(0, realm.broker().count());
  }
  LONGS_EQUAL(0, realm.broker().subscriptions().size());
  LONGS_EQUAL(3, realm.session_count());
}

TEST(WampPublish, AKeyThatStandsTwiceHarmsNobody) {
  Peer cbor(realm, "", tws::wamp::Serializer::kCbor);
  const auto say = [&](const Value& message) {
    std::string bytes;
    tws::wamp::encode(bytes, tws::wamp::Serializer::kCbor, message);
    cbor.session.on_message(bytes, true);
  };
  say({1, "realm1", {{"roles", Value::object()}}});
  say({32, 1, Value::object(), "a.b"});
  for (const char* kwargs : {R"({"a":1,"a":{"b":2}})", R"({"a":{"x":1},"a":{"y":[2]}})", R"({"a":[1],"a":[2,[3]]})"}) {
    publisher.say(std::string(R"([16,1,{"retain":true},"a.b",[],)") + kwargs + "]");
    const auto event = tws::wamp::decode(tws::wamp::Serializer::kCbor, cbor.last());
    CHECK_TRUE(event && (*event)[5].size() == 1);
  }
  CHECK_TRUE(tws::wamp::decode(tws::wamp::Serializer::kCbor, cbor.last()).operator bool());
}

TEST(WampPublish, SubscriptionsAreBoundedAndPatternsMoreSo) {
  tws::wamp::RealmPolicy policy = open_policy();
  policy.max_subscriptions = 150;
  realm.set_policy(policy);
  const auto subscribe = [&](int number, const char* match) {
    first.say("[32,1,{\"match\":\"" + std::string(match) + "\"},\"a.b" + std::to_string(number) + "\"]");
  };
  for (int i = 0; i < 50; ++i) {
    subscribe(i, "prefix");
    subscribe(i, "wildcard");
  }
  CHECK_TRUE(first.last_begins("[33,"));
  subscribe(50, "prefix");
  CHECK_TRUE(first.last_has("torrent_ws.error.too_many_subscriptions"));
  for (int i = 0; i < 50; ++i) {
    subscribe(i, "exact");
  }
  CHECK_TRUE(first.last_begins("[33,"));
  subscribe(50, "exact");
  CHECK_TRUE(first.last_has("torrent_ws.error.too_many_subscriptions"));
}

TEST(WampPublish, NoTopicIsLongerThanAUri) {
  for (const char* start : {"torrents", "com.example.", "wamp."}) {
    first.say("[32,1,{},\"" + (start + std::string(1000, 'x')) + "\"]");
    CHECK_TRUE(first.last_has("wamp.error.invalid_uri"));
  }
}
