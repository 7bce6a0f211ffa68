#include <CppUTest/TestHarness.h>

#include "tests/unit/wamp_peer.hpp"
#include "wamp/cra.hpp"
#include "wamp/meta_api.hpp"

using tws::wamp::CraKey;
using tws::wamp::Peer;
using tws::wamp::permission;
using tws::wamp::Realm;
using tws::wamp::RealmPolicy;
using tws::wamp::token_policy;
using tws::wamp::Value;

namespace {

// User 2 has the key "secret", and user 3 a salted one; the login "alice" is user 2, and "bob" nobody.
RealmPolicy site_policy(bool login_table = false) {
  RealmPolicy policy = token_policy();
  policy.directory.find_key = [](const std::string& user, const auto& done) {
    if (user == "2") {
      done(CraKey{"secret", "", 0, 0});
    } else if (user == "3") {
      done(CraKey{"key of three", "salt", 1000, 32});
    } else if (user == "4") {
      done(tws::Error{"no database", "torrent_ws.error.database_unavailable"});
    } else {
      done(tws::Error{"no key", "wamp.error.authentication_failed"});
    }
  };
  if (login_table) {
    policy.directory.find_user = [](const std::string& login, const auto& done) {
      done(login == "alice" ? tws::Result<std::string>(std::string("2"))
                            : tws::Error{"no login", "wamp.error.authentication_failed"});
    };
  }
  return policy;
}

std::string hello(const std::string& methods, const std::string& user = "2") {
  return R"([1,"torrents",{"roles":{},"authmethods":)" + methods + ",\"authid\":\"" + user + "\"}]";
}

// The client's part of WAMP-CRA.
void sign(Peer& peer, const std::string& key) {
  const std::string challenge = peer.last_message()[2]["challenge"];
  peer.say("[5,\"" + tws::wamp::cra_signature(key, challenge) + "\",{}]");
}

constexpr auto kLate = std::chrono::seconds(2);

}  // namespace

TEST_GROUP(WampSignIn) {
  Realm realm{"torrents", site_policy()};
  Peer peer{realm};
};

TEST(WampSignIn, AKeySigns) {
  peer.say(hello(R"(["wampcra"])"));
  CHECK_TRUE(peer.last_begins(R"([4,"wampcra",)"));
  const Value challenge = Value::parse(peer.last_message()[2]["challenge"].get<std::string>());
  CHECK_TRUE(challenge["authid"] == "2" && challenge["session"] == peer.session.id());
  CHECK_FALSE(peer.last_message()[2].contains("salt"));
  sign(peer, "secret");
  CHECK_TRUE(peer.last_begins("[2,"));
  CHECK_TRUE(peer.last_has(R"("authmethod":"wampcra")") && peer.last_has(R"("authid":"2")"));
  CHECK_TRUE(peer.client.is_established);
}

TEST(WampSignIn, ASaltedKeySaysHowItWasMade) {
  peer.say(hello(R"(["wampcra"])", "3"));
  const Value extra = peer.last_message()[2];
  CHECK_TRUE(extra["salt"] == "salt" && extra["iterations"] == 1000 && extra["keylen"] == 32);
  sign(peer, "key of three");
  CHECK_TRUE(peer.last_begins("[2,"));
}

TEST(WampSignIn, AWrongSignatureIsRefusedLate) {
  peer.say(hello(R"(["wampcra"])"));
  sign(peer, "guess");
  CHECK_FALSE(peer.client.closed);
  peer.wait(kLate);
  CHECK_TRUE(peer.last_has("wamp.error.authentication_failed"));
  CHECK_TRUE(peer.client.closed);
  LONGS_EQUAL(1, realm.wrong_tries());
}

TEST(WampSignIn, AnAddressHasFewWrongSignatures) {
  for (int i = 0; i < 10; ++i) {
    Peer guessing(realm);
    guessing.say(hello(R"(["wampcra"])"));
    sign(guessing, "guess");
  }
  peer.say(hello(R"(["wampcra"])"));
  sign(peer, "secret");
  CHECK_TRUE(peer.last_has("wamp.error.authentication_denied"));
  // Tokens are not for guessing: nobody keeps his neighbours from signing in.
  Peer neighbour(realm);
  neighbour.sign_in("2");
  CHECK_TRUE(neighbour.last_begins("[2,"));
}

TEST(WampSignIn, NobodyIsToldWhoHasAKey) {
  peer.say(hello(R"(["wampcra"])", "stranger"));
  const Value extra = peer.last_message()[2];
  Peer again(realm);
  again.say(hello(R"(["wampcra"])", "stranger"));
  CHECK_TRUE(again.last_message()[2]["salt"] == extra["salt"]);
  LONGS_EQUAL(32, extra["salt"].get<std::string>().size());
  Peer other(realm);
  other.say(hello(R"(["wampcra"])", "another"));
  CHECK_TRUE(other.last_message()[2]["salt"] != extra["salt"]);
  sign(peer, "secret");
  peer.wait(kLate);
  CHECK_TRUE(peer.last_has("wamp.error.authentication_failed"));
}

TEST(WampSignIn, ADatabaseThatFailsIsNoWrongTry) {
  peer.say(hello(R"(["wampcra"])", "4"));
  CHECK_TRUE(peer.last_has("torrent_ws.error.database_unavailable"));
  LONGS_EQUAL(0, realm.wrong_tries());
}

TEST(WampSignIn, TheClientsOrderOfMethodsCounts) {
  peer.say(hello(R"(["cryptosign","ticket","wampcra"])"));
  CHECK_TRUE(peer.last_begins(R"([4,"ticket",)"));
  Peer other(realm);
  other.say(hello(R"(["wampcra","ticket"])"));
  CHECK_TRUE(other.last_begins(R"([4,"wampcra",)"));
  Peer unknown(realm);
  unknown.say(hello(R"(["cryptosign"])"));
  CHECK_TRUE(unknown.last_has("wamp.error.no_matching_auth_method"));
  Peer nameless(realm);
  nameless.say(R"([1,"torrents",{"roles":{},"authmethods":["ticket"]}])");
  CHECK_TRUE(nameless.last_has("wamp.error.no_matching_auth_method"));
}

TEST(WampSignIn, AChallengeIsAnsweredOnce) {
  peer.say(hello(R"(["ticket"])"));
  peer.say(R"([5,"bad",{}])");
  peer.say(R"([5,"fine",{}])");
  CHECK_TRUE(peer.last_has("wamp.error.protocol_violation"));
  Peer early(realm);
  early.say(R"([5,"fine",{}])");
  CHECK_TRUE(early.last_has("wamp.error.protocol_violation"));
  Peer busy(realm);
  busy.say(hello(R"(["ticket"])"));
  busy.say(R"([32,1,{},"com.example.a"])");
  CHECK_TRUE(busy.last_has("wamp.error.protocol_violation"));
}

TEST(WampSignIn, ATokenThatIsNoTextIsNone) {
  peer.join();
  peer.say(R"([32,1,{"_user_id":1,"_token":7},"com.example.a"])");
  CHECK_TRUE(peer.last_has("wamp.error.not_authorized"));
}

TEST(WampSignIn, StrangersStayStrangersWhereTheyMayDoNothing) {
  peer.join();
  CHECK_TRUE(peer.last_begins("[2,"));
  CHECK_FALSE(peer.client.is_established);
  Realm open("torrents", token_policy({permission("com.example.a", tws::Match::kExact, "anonymous")}));
  Peer stranger(open);
  stranger.join();
  CHECK_TRUE(stranger.client.is_established);
  stranger.say(R"([32,1,{},"com.example.a"])");
  CHECK_TRUE(stranger.last_begins("[33,"));
  stranger.say(R"([32,2,{},"torrents"])");
  CHECK_TRUE(stranger.last_has("wamp.error.not_authorized"));
}

TEST(WampSignIn, AUserWithTooManyConnectionsIsTurnedAway) {
  peer.client.has_room = false;
  peer.say(hello(R"(["wampcra"])"));
  sign(peer, "secret");
  CHECK_TRUE(peer.last_has("torrent_ws.error.too_many_connections"));
  CHECK_TRUE(peer.client.close_code == tws::CloseCode::kPolicyViolation);
}

TEST_GROUP(WampSiteLogin) { Realm realm{"torrents", site_policy(true)}; };

TEST(WampSiteLogin, IsAUserOfTheTable) {
  Peer alice(realm, "alice");
  alice.join();
  CHECK_TRUE(alice.last_has(R"("authid":"2")") && alice.last_has(R"("authmethod":"httpd")"));
  Peer bob(realm, "bob");
  bob.join();
  CHECK_TRUE(bob.last_has(R"("authrole":"anonymous")"));
  Peer impostor(realm, "2");
  impostor.join();
  CHECK_TRUE(impostor.last_has(R"("authrole":"anonymous")"));
}

TEST(WampSiteLogin, IsNobodyElseByATokenLater) {
  Peer alice(realm, "alice");
  alice.join();
  alice.say(R"([32,1,{"_user_id":"1","_token":"good"},"com.example.a"])");
  CHECK_TRUE(alice.last_has("wamp.error.not_authorized"));
}

TEST(WampSiteLogin, MayStillShowAToken) {
  Peer bob(realm, "bob");
  bob.say(hello(R"(["ticket"])"));
  bob.say(R"([5,"fine",{}])");
  CHECK_TRUE(bob.last_has(R"("authid":"2")"));
}

TEST_GROUP(WampRules){};

TEST(WampRules, StrictUris) {
  RealmPolicy policy = tws::wamp::open_policy();
  policy.uri_rules = tws::wamp::UriRules::kStrict;
  Realm realm("realm1", policy);
  Peer peer(realm);
  peer.join();
  for (const char* bad : {"com.Example", "com.example-1", "com.ex\xc3\xa4mple", "com..x", ""}) {
    peer.say("[32,1,{},\"" + std::string(bad) + "\"]");
    CHECK_TRUE(peer.last_has("wamp.error.invalid_uri"));
  }
  peer.say(R"([32,1,{"match":"wildcard"},"com..x_1"])");
  CHECK_TRUE(peer.last_begins("[33,"));
  peer.say(R"([32,1,{"match":"prefix"},"com.ex."])");
  CHECK_TRUE(peer.last_begins("[33,"));
}

TEST(WampRules, StrictRequestIds) {
  RealmPolicy policy = tws::wamp::open_policy();
  policy.strict_request_ids = true;
  Realm realm("realm1", policy);
  Peer peer(realm);
  peer.join();
  peer.say(R"([32,1,{},"a.b"])");
  peer.say(R"([16,2,{},"a.b"])");
  CHECK_FALSE(peer.client.closed);
  peer.say(R"([16,4,{},"a.b"])");
  CHECK_TRUE(peer.last_has("wamp.error.protocol_violation"));
}

TEST(WampRules, WhatIsNoLongerAllowedIsRevoked) {
  Realm realm("torrents", token_policy({permission("com.example.", tws::Match::kPrefix)}));
  Peer peer(realm);
  peer.say(
      R"([1,"torrents",{"roles":{"subscriber":{"features":{"subscription_revocation":true}},"callee":{"features":{"registration_revocation":true}}},"authmethods":["ticket"],"authid":"2"}])");
  peer.say(R"([5,"fine",{}])");
  peer.say(R"([32,1,{},"com.example.a"])");
  peer.say(R"([32,2,{},"com.example.b"])");
  peer.say(R"([64,3,{},"com.example.p"])");
  const auto before = peer.count();
  realm.set_policy(token_policy({permission("com.example.a")}));
  LONGS_EQUAL(before + 2, peer.count());
  CHECK_TRUE(peer.client.received[before].find(R"([35,0,)") == 0);
  CHECK_TRUE(peer.last_begins("[67,0,"));
  LONGS_EQUAL(1, realm.broker().count());
}

TEST(WampRules, RequestIdsAreCountedBeforeItMatters) {
  Realm realm("realm1", tws::wamp::open_policy());
  Peer peer(realm);
  peer.join();
  peer.say(R"([16,56,{},"a.b"])");
  RealmPolicy policy = tws::wamp::open_policy();
  policy.strict_request_ids = true;
  realm.set_policy(policy);
  peer.say(R"([16,57,{},"a.b"])");
  CHECK_FALSE(peer.client.closed);
  peer.say(R"([16,57,{},"a.b"])");
  CHECK_TRUE(peer.client.closed);
}

TEST(WampRules, ATestamentNeedsPermissionWhenItIsRead) {
  Realm realm("torrents", token_policy({permission("com.example.", tws::Match::kPrefix)}));
  add_meta_api(realm);
  Peer boss(realm);
  boss.sign_in("1");
  boss.say(R"([32,1,{},"com.example.b"])");
  {
    Peer peer(realm);
    peer.sign_in("2");
    CHECK_TRUE(peer.call("wamp.session.add_testament", R"(["com.example.b",["will"],{}])").is_null());
    realm.set_policy(token_policy({permission("com.example.b", tws::Match::kExact, "admin")}));
  }
  CHECK_TRUE(boss.last_begins("[33,"));
}

TEST(WampSignIn, AChallengeDoesNotTellWhoIsAnAdministrator) {
  peer.say(hello(R"(["wampcra"])", "1"));
  CHECK_TRUE(Value::parse(peer.last_message()[2]["challenge"].get<std::string>())["authrole"] == "user");
}
