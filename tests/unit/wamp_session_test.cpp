#include <CppUTest/TestHarness.h>

#include <memory>

#include "tests/unit/wamp_peer.hpp"
#include "wamp/uri.hpp"
#include "wire/reserved_names.hpp"

using tws::CloseCode;
using tws::wamp::open_policy;
using tws::wamp::Peer;
using tws::wamp::Realm;
using tws::wamp::token_policy;

TEST_GROUP(WampUri){};

TEST(WampUri, KnowsTheServersOwnNames) {
  for (const char* name : {"torrents", "torrents.detail.x", "torrent.start", "session", "session.get", "group.get",
                           "wamp.session.count", "free_space", "port_test", "blocklist_update"}) {
    CHECK_TRUE(tws::is_reserved(name));
  }
  CHECK_FALSE(tws::is_reserved("com.example.torrents"));
  for (const char* bad : {"", ".a", "a.", "a..b", "a b", "a#b", "a\tb"}) {
    CHECK_FALSE(tws::wamp::is_uri(bad));
  }
  CHECK_TRUE(tws::wamp::is_uri("com.example-1.T\xc3\xb6pic"));
}

TEST_GROUP(WampSession){};

TEST(WampSession, BadMessagesEndTheSession) {
  for (const char* bad :
       {"", "{}", "[]", "[\"x\"]", "[99]", "[32,1,{}]", "[32,0,{},\"a\"]", "[32,1,{},\"a\",7]", "[1,\"realm1\",{}",
        "[48,1,{},\"p\",{},{}]", "[2,1,{}]", "[32,1,{},\"before.welcome\"]", "[32,9007199254740993,{},\"a\"]"}) {
    Realm realm("realm1", open_policy());
    Peer peer(realm);
    peer.say(bad);
    CHECK_TRUE(peer.client.closed);
    CHECK_TRUE(peer.last_begins("[3,"));
    CHECK_TRUE(peer.last_has("wamp.error.protocol_violation"));
    CHECK_TRUE(peer.client.close_code == CloseCode::kProtocolError);
  }
}

TEST(WampSession, AnotherRealmIsRefused) {
  Realm realm("realm1", open_policy());
  Peer peer(realm);
  peer.say(R"([1,"other",{"roles":{}}])");
  CHECK_TRUE(peer.last_has("wamp.error.no_such_realm"));
}

TEST(WampSession, SecondHelloIsAViolation) {
  Realm realm("realm1", open_policy());
  Peer peer(realm);
  peer.join();
  CHECK_TRUE(peer.last_begins("[2,"));
  peer.join();
  CHECK_TRUE(peer.last_begins("[3,"));
}

TEST(WampSession, TicketSignsIn) {
  Realm realm("torrents", token_policy());
  Peer peer(realm);
  peer.say(R"([1,"torrents",{"authmethods":["ticket"],"authid":"1"}])");
  STRCMP_EQUAL("[4,\"ticket\",{}]", peer.last().c_str());
  peer.say(R"([5,"good",{}])");
  CHECK_TRUE(peer.last_begins("[2,"));
  CHECK_TRUE(peer.last_has("\"authrole\":\"admin\""));
  STRCMP_EQUAL("1", peer.session.identity().user.c_str());
}

TEST(WampSession, WrongTicketAborts) {
  Realm realm("torrents", token_policy());
  Peer peer(realm);
  peer.say(R"([1,"torrents",{"authmethods":["ticket"],"authid":"2"}])");
  peer.say(R"([5,"good",{}])");
  CHECK_FALSE(peer.client.closed);
  peer.wait(std::chrono::seconds(2));
  CHECK_TRUE(peer.last_has("wamp.error.authentication_failed"));
  CHECK_TRUE(peer.client.closed);
}

TEST(WampSession, AnonymousMayDoNothingUntilATokenBindsIt) {
  Realm realm("torrents", token_policy());
  Peer peer(realm);
  peer.join();
  peer.say(R"([32,1,{},"com.example.a"])");
  CHECK_TRUE(peer.last_has("wamp.error.not_authorized"));
  peer.say(R"([48,2,{},"torrent.start"])");
  CHECK_TRUE(peer.last_has("wamp.error.not_authorized"));
  peer.say(R"([32,3,{"userId":1,"token":"good"},"com.example.a"])");
  CHECK_TRUE(peer.last_begins("[33,3,"));
  peer.say(R"([32,4,{"_user_id":"2","_token":"good"},"com.example.a"])");
  CHECK_TRUE(peer.last_has("wamp.error.not_authorized"));
}

TEST(WampSession, WrongTokensEndTheSession) {
  Realm realm("torrents", token_policy());
  Peer peer(realm);
  peer.join();
  for (int i = 1; i <= 3; ++i) {
    CHECK_FALSE(peer.client.closed);
    peer.say("[32," + std::to_string(i) + R"(,{"_user_id":"1","_token":"bad"},"a.b"])");
    peer.wait(std::chrono::seconds(2));
  }
  CHECK_TRUE(peer.client.closed);
}

TEST(WampSession, SiteLoginNeedsNoToken) {
  Realm realm("torrents", token_policy());
  Peer peer(realm, "alice");
  peer.join();
  CHECK_TRUE(peer.last_has(R"("authid":"alice")"));
  peer.say(R"([32,1,{},"com.example.a"])");
  CHECK_TRUE(peer.last_begins("[33,1,"));
}

TEST(WampSession, ServerNamesAreForWhoHasSignedInWhateverIsAllowed) {
  Realm realm("torrents", token_policy({tws::wamp::permission("", tws::Match::kPrefix, "anonymous")}));
  Peer stranger(realm);
  stranger.join();
  stranger.say(R"([32,1,{},"torrents"])");
  CHECK_TRUE(stranger.last_has("wamp.error.not_authorized"));
  stranger.say(R"([48,2,{},"torrent.remove",[],{"ids":[]}])");
  CHECK_TRUE(stranger.last_has("wamp.error.not_authorized"));
  stranger.say(R"([32,3,{},"com.example.a"])");
  CHECK_TRUE(stranger.last_begins("[33,"));
}

TEST(WampSession, ServerNamesAreNobodysToProvide) {
  Realm realm("realm1", open_policy());
  Peer peer(realm);
  peer.join();
  peer.say(R"([16,1,{"acknowledge":true},"torrents",[1]])");
  CHECK_TRUE(peer.last_has("wamp.error.not_authorized"));
  peer.say(R"([64,2,{},"torrent.start"])");
  CHECK_TRUE(peer.last_has("wamp.error.not_authorized"));
  const auto count = peer.client.received.size();
  peer.say(R"([16,3,{},"torrents",[1]])");
  LONGS_EQUAL(count, peer.client.received.size());
}
