#include <CppUTest/TestHarness.h>

#include <memory>

#include "tests/unit/wamp_peer.hpp"

using tws::wamp::open_policy;
using tws::wamp::Peer;
using tws::wamp::Realm;
using tws::wamp::Value;

TEST_GROUP(WampDealer){};

TEST(WampDealer, CallGoesToTheCalleeAndBack) {
  Realm realm("realm1", open_policy());
  Peer callee(realm);
  Peer caller(realm);
  callee.join();
  caller.join();
  callee.say(R"([64,1,{},"com.add"])");
  CHECK_TRUE(callee.last_begins("[65,1,"));
  caller.say(R"([48,5,{},"com.add",[1,2]])");
  CHECK_TRUE(callee.last_begins("[68,1,"));
  callee.say("[70,1,{},[3]]");
  STRCMP_EQUAL("[50,5,{},[3]]", caller.last().c_str());
  caller.say(R"([48,6,{},"com.add",[],{"x":1}])");
  callee.say(R"([8,68,2,{},"com.error",["no"]])");
  STRCMP_EQUAL(R"([8,48,6,{},"com.error",["no"]])", caller.last().c_str());
  callee.say("[70,99,{}]");
  CHECK_TRUE(callee.last_has("protocol_violation"));
}

TEST(WampDealer, CalleeThatLeavesEndsTheCall) {
  Realm realm("realm1", open_policy());
  auto callee = std::make_unique<Peer>(realm);
  Peer caller(realm);
  callee->join();
  caller.join();
  callee->say(R"([64,1,{},"com.slow"])");
  caller.say(R"([48,5,{},"com.slow"])");
  callee.reset();
  CHECK_TRUE(caller.last_has("wamp.error.canceled"));
  caller.say(R"([48,6,{},"com.slow"])");
  CHECK_TRUE(caller.last_has("wamp.error.no_such_procedure"));
}

TEST_GROUP(WampCall) {
  Realm realm{"realm1", open_policy()};
  Peer caller{realm};
  Peer callee{realm};
  Peer other{realm};
  void setup() override {
    const char* able = R"({"callee":{"features":{"progressive_call_results":true,"call_canceling":true}}})";
    caller.join();
    callee.join(able);
    other.join(able);
  }
  void call(const std::string& options = "{}", const std::string& procedure = "com.add", const std::string& id = "5") {
    caller.say("[48," + id + "," + options + ",\"" + procedure + "\",[1]]");
  }
  void check_error(const char* uri) {
    CHECK_TRUE(caller.last_begins("[8,48,5,"));
    STRCMP_EQUAL(uri, caller.last_message()[4].get<std::string>().c_str());
  }
};

TEST(WampCall, PatternsTakeWhatTheyMatchBestFirst) {
  callee.say(R"([64,1,{"match":"prefix"},"com."])");
  other.say(R"([64,1,{"match":"wildcard"},"com..x"])");
  other.say(R"([64,2,{"match":"prefix"},"com.example"])");
  other.say(R"([64,3,{},"com.example.exact"])");
  call("{}", "com.example.exact");
  CHECK_TRUE(other.last_message()[2] == 4 && other.last_message()[3] == Value::object());
  call("{}", "com.example.y", "6");
  CHECK_TRUE(other.last_message()[2] == 3 && other.last_message()[3] == Value({{"procedure", "com.example.y"}}));
  call("{}", "com.a.x", "7");
  CHECK_TRUE(callee.last_message()[2] == 1);
  call("{}", "org.x", "5");
  CHECK_TRUE(caller.client.closed);  // 5 is under way
}

TEST(WampCall, WildcardsThatSayMoreComeFirst) {
  callee.say(R"([64,1,{"match":"wildcard"},"a..c"])");
  other.say(R"([64,1,{"match":"wildcard"},"a.b."])");
  call("{}", "a.b.c");
  CHECK_TRUE(other.last_begins("[68,"));
}

TEST(WampCall, NoPatternReachesTheServersNames) {
  callee.say(R"([64,1,{"match":"prefix"},""])");
  CHECK_TRUE(callee.last_begins("[65,"));
  call("{}", "torrent.unknown");
  check_error("wamp.error.no_such_procedure");
}

TEST(WampCall, SharedRegistrationsTakeTurns) {
  const auto who = [&](const char* invoke) {
    Realm shared("realm1", open_policy());
    Peer first(shared);
    Peer second(shared);
    Peer asking(shared);
    for (Peer* peer : {&first, &second, &asking}) {
      peer->join();
    }
    for (Peer* peer : {&first, &second}) {
      peer->say(std::string(R"([64,1,{"invoke":")") + invoke + R"("},"p.q"])");
      CHECK_TRUE(peer->last_begins("[65,1,1]"));
    }
    std::string order;
    for (int i = 1; i <= 4; ++i) {
      const auto before = first.count();
      asking.say("[48," + std::to_string(i) + R"(,{},"p.q"])");
      order += first.count() > before ? '1' : '2';
    }
    return order;
  };
  STRCMP_EQUAL("1212", who("roundrobin").c_str());
  STRCMP_EQUAL("1111", who("first").c_str());
  STRCMP_EQUAL("2222", who("last").c_str());
  LONGS_EQUAL(4, who("random").size());
}

TEST(WampCall, RegistrationsAreSharedInOneWay) {
  callee.say(R"([64,1,{"invoke":"roundrobin"},"p.q"])");
  for (const char* options : {"{}", R"({"invoke":"single"})", R"({"invoke":"first"})"}) {
    other.say(std::string("[64,1,") + options + R"(,"p.q"])");
    CHECK_TRUE(other.last_has("wamp.error.procedure_already_exists"));
  }
  callee.say(R"([64,2,{"invoke":"roundrobin"},"p.q"])");
  CHECK_TRUE(callee.last_has("wamp.error.procedure_already_exists"));
}

TEST(WampCall, ResultsCanComeInSteps) {
  callee.say(R"([64,1,{},"com.add"])");
  call(R"({"receive_progress":true})");
  CHECK_TRUE(callee.last_message()[3] == Value({{"receive_progress", true}}));
  callee.say(R"([70,1,{"progress":true},["half"]])");
  STRCMP_EQUAL(R"([50,5,{"progress":true},["half"]])", caller.last().c_str());
  callee.say(R"([70,1,{},["whole"]])");
  STRCMP_EQUAL(R"([50,5,{},["whole"]])", caller.last().c_str());
  // Who did not ask for steps gets none.
  call("{}", "com.add", "6");
  const auto before = caller.count();
  callee.say(R"([70,2,{"progress":true},["half"]])");
  LONGS_EQUAL(before, caller.count());
  callee.say("[70,2,{}]");
  STRCMP_EQUAL("[50,6,{}]", caller.last().c_str());
}

TEST(WampCall, IsCanceledInThreeWays) {
  callee.say(R"([64,1,{},"com.add"])");
  call();
  caller.say(R"([49,5,{"mode":"skip"}])");
  check_error("wamp.error.canceled");
  CHECK_TRUE(callee.last_begins("[68,1,"));
  call();
  caller.say(R"([49,5,{}])");
  check_error("wamp.error.canceled");
  CHECK_TRUE(callee.last_message() == Value({69, 2, {{"mode", "killnowait"}, {"reason", "wamp.error.canceled"}}}));
  call();
  const auto before = caller.count();
  caller.say(R"([49,5,{"mode":"kill"}])");
  CHECK_TRUE(callee.last_message()[2]["mode"] == "kill");
  LONGS_EQUAL(before, caller.count());
  callee.say(R"([8,68,3,{},"com.example.stopped"])");
  check_error("com.example.stopped");
  // Answers that come late are no violation, and go nowhere.
  const auto after = caller.count();
  callee.say("[70,1,{},[3]]");
  callee.say(R"([70,2,{"progress":true},[3]])");
  callee.say(R"([8,68,2,{},"wamp.error.canceled"])");
  CHECK_FALSE(callee.client.closed);
  LONGS_EQUAL(after, caller.count());
  // A call that is over is none to cancel.
  caller.say(R"([49,5,{}])");
  LONGS_EQUAL(after, caller.count());
}

TEST(WampCall, CalleesThatCannotBeInterruptedAreNot) {
  Peer unable(realm);
  unable.join();
  unable.say(R"([64,1,{},"com.add"])");
  call(R"({"receive_progress":true})");
  CHECK_TRUE(unable.last_message()[3] == Value::object());
  caller.say(R"([49,5,{"mode":"kill"}])");
  check_error("wamp.error.canceled");
  CHECK_TRUE(unable.last_begins("[68,"));
}

TEST(WampCall, HasItsTime) {
  callee.say(R"([64,1,{},"com.add"])");
  call(R"({"timeout":1000})");
  caller.wait(std::chrono::milliseconds(500));
  CHECK_FALSE(caller.last_begins("[8,"));
  caller.wait(std::chrono::milliseconds(1500));
  check_error("wamp.error.timeout");
  CHECK_TRUE(callee.last_message() == Value({69, 1, {{"mode", "killnowait"}, {"reason", "wamp.error.timeout"}}}));
  // An answer in time ends the timer.
  call(R"({"timeout":1000})");
  callee.say("[70,2,{}]");
  caller.wait(std::chrono::milliseconds(1500));
  STRCMP_EQUAL("[50,5,{}]", caller.last().c_str());
}

TEST(WampCall, CallersSayWhoTheyAre) {
  callee.say(R"([64,1,{},"com.add"])");
  callee.say(R"([64,2,{"disclose_caller":true},"com.known"])");
  const Value known = {{"caller", caller.session.id()}, {"caller_authid", ""}, {"caller_authrole", "anonymous"}};
  call();
  CHECK_TRUE(callee.last_message()[3] == Value::object());
  call(R"({"disclose_me":true})", "com.add", "6");
  CHECK_TRUE(callee.last_message()[3] == known);
  call("{}", "com.known", "7");
  CHECK_TRUE(callee.last_message()[3] == known);
}

TEST(WampCall, OfACallerThatLeavesIsInterrupted) {
  callee.say(R"([64,1,{},"com.add"])");
  {
    Peer leaving(realm);
    leaving.join();
    leaving.say(R"([48,5,{"timeout":1000},"com.add"])");
  }
  CHECK_TRUE(callee.last_begins("[69,1,"));
  callee.say("[70,1,{}]");
  CHECK_FALSE(callee.client.closed);
  callee.wait(std::chrono::milliseconds(1500));
}

TEST(WampCall, OneMayCallOneself) {
  callee.say(R"([64,1,{},"com.add"])");
  callee.say(R"([48,1,{},"com.add",[1]])");
  CHECK_TRUE(callee.last_begins("[68,1,"));
  callee.say(R"([70,1,{},[2]])");
  STRCMP_EQUAL("[50,1,{},[2]]", callee.last().c_str());
  callee.say(R"([48,2,{},"com.add",[1]])");
  callee.say(R"([6,{},"wamp.close.normal"])");
  CHECK_TRUE(callee.client.closed);
}

TEST(WampCall, OfTheServersProceduresIsCanceledToo) {
  tws::wamp::Id asked = 0;
  realm.dealer().add_server_procedure("session.slow",
                                      [&asked](const tws::wamp::Call& given) { asked = given.request; });
  call("{}", "session.slow");
  LONGS_EQUAL(5, asked);
  caller.say(R"([49,5,{"mode":"kill"}])");
  check_error("wamp.error.canceled");
  const auto before = caller.count();
  realm.dealer().answer(caller.session.id(), 5, tws::wamp::args_payload({1}));
  LONGS_EQUAL(before, caller.count());
}

TEST(WampCall, ArgumentsForTheServerHaveEachKeyOnce) {
  realm.dealer().add_server_procedure("session.get",
                                      [](const tws::wamp::Call& /*given*/) { FAIL("not to be called"); });
  caller.say(R"([48,5,{},"session.get",[],{"a":1,"a":2}])");
  check_error("wamp.error.invalid_argument");
}

TEST(WampCall, RevokedRegistrationsAreTold) {
  Peer knowing(realm);
  knowing.join(R"({"callee":{"features":{"registration_revocation":true}}})");
  knowing.say(R"([64,1,{},"com.add"])");
  realm.dealer().revoke(knowing.session, *realm.dealer().registrations().find(1), "gone");
  CHECK_TRUE(knowing.last_message() == Value({67, 0, {{"registration", 1}, {"reason", "gone"}}}));
  call();
  check_error("wamp.error.no_such_procedure");
}

TEST(WampCall, AnErrorNeedsAnInvocation) {
  callee.say(R"([8,48,1,{},"com.error"])");
  CHECK_TRUE(callee.last_has("wamp.error.protocol_violation"));
}

TEST(WampCall, RegistrationsAreBoundedAndPatternsMoreSo) {
  tws::wamp::RealmPolicy policy = open_policy();
  policy.max_subscriptions = 101;
  realm.set_policy(policy);
  for (int i = 0; i <= 100; ++i) {
    callee.say("[64,1,{\"match\":\"prefix\"},\"a.b" + std::to_string(i) + "\"]");
    CHECK_TRUE(callee.last_has("torrent_ws.error.too_many_registrations") == (i == 100));
  }
  callee.say(R"([64,2,{},"a.b"])");
  CHECK_TRUE(callee.last_begins("[65,"));
  callee.say(R"([64,3,{},"a.c"])");
  CHECK_TRUE(callee.last_has("torrent_ws.error.too_many_registrations"));
}

TEST(WampCall, AbandonedOnesTakeNoPlace) {
  callee.say(R"([64,1,{},"com.add"])");
  for (std::size_t i = 1; i <= tws::wamp::Dealer::kMaxCalls + 1; ++i) {
    caller.say("[48," + std::to_string(i) + R"(,{},"com.add"])");
    caller.say("[49," + std::to_string(i) + R"(,{"mode":"skip"}])");
  }
  CHECK_TRUE(caller.last_has("wamp.error.canceled"));
  for (std::size_t i = 1; i <= tws::wamp::Dealer::kMaxCalls; ++i) {
    caller.say("[48," + std::to_string(i) + R"(,{},"com.add"])");
  }
  call("{}", "com.add", "9999");
  CHECK_TRUE(caller.last_has("torrent_ws.error.too_many_calls"));
}

TEST(WampCall, ResultsInStepsEachHaveTheCallsTime) {
  callee.say(R"([64,1,{},"com.add"])");
  call(R"({"receive_progress":true,"timeout":60000})");
  const auto begin = tws::wamp::Timers::Clock::now();
  callee.say(R"([70,1,{"progress":true},["half"]])");
  realm.timers().run(begin + std::chrono::milliseconds(59'000));
  CHECK_TRUE(caller.last_has("half"));
  realm.timers().run(tws::wamp::Timers::Clock::now() + std::chrono::milliseconds(60'000));
  check_error("wamp.error.timeout");
}

TEST(WampCall, AnErrorsUriIsOne) {
  callee.say(R"([64,1,{},"com.add"])");
  call();
  callee.say(R"([8,68,1,{},"not a uri"])");
  CHECK_TRUE(callee.last_has("wamp.error.protocol_violation"));
  check_error("wamp.error.canceled");
}
