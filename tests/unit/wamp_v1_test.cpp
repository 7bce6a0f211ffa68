// Sessions of WAMP v1: tests/httpd/wamp-v1.test.mjs has their conversations, this what needs a sanitizer or a slow
// database.
#include <CppUTest/TestHarness.h>

#include <deque>
#include <memory>

#include "wamp/session_v1.hpp"
#include "wamp/v1_value.hpp"
#include "wamp_peer.hpp"

using namespace tws;
using namespace tws::wamp;

namespace {

struct V1Peer {
  explicit V1Peer(Realm& realm) : session(std::make_unique<SessionV1>(realm, client, "")) { session->on_open(); }
  void say(const std::string& text) { session->on_message(text, false); }
  // What came last, as a whole message.
  [[nodiscard]] std::string last_event() const {
    return client.received.size() < 2 ? "" : client.received[client.received.size() - 2] + client.received.back();
  }

  Client client;
  std::unique_ptr<SessionV1> session;
};

}  // namespace

TEST_GROUP(WampV1) {
  Realm realm{"torrents", RealmPolicy{}};
  // What the database was asked, and has not answered.
  std::deque<std::function<void(const Status&)>> asked;

  void setup() override {
    RealmPolicy policy = open_policy();
    policy.directory.redeem_token = [this](const std::string& /*user*/, const std::string& /*token*/,
                                           const auto& done) { asked.push_back(done); };
    realm.set_policy(policy);
  }
};

TEST(WampV1, WelcomeIsItsOwn) {
  V1Peer page(realm);
  STRCMP_EQUAL(("[0,\"" + std::to_string(page.session->id()) + R"(",1,"mod_torrent_ws/)" TWS_VERSION "\"]").c_str(),
               page.client.received.front().c_str());
  CHECK_TRUE(page.session->is_established());
}

TEST(WampV1, OneValueStandsForArguments) {
  const auto json = [](const char* args, const char* kwargs) {
    Payload payload;
    if (*args != '\0') {
      payload.args = Fragment(Serializer::kJson, args);
    }
    if (*kwargs != '\0') {
      payload.kwargs = Fragment(Serializer::kJson, kwargs);
    }
    return v1_value(payload);
  };
  STRCMP_EQUAL("null", json("", "").c_str());
  STRCMP_EQUAL(" [1] ", json("[ [1] ]", "").c_str());
  STRCMP_EQUAL("[1, 2]", json("[1, 2]", "").c_str());
  STRCMP_EQUAL(R"({"a":1})", json("", R"({"a":1})").c_str());
  STRCMP_EQUAL(R"({"args":[1],"kwargs":{"a":1}})", json("[1]", R"({"a":1})").c_str());
}

TEST(WampV1, TopicThatIsTakenBackWaitsForNoToken) {
  V1Peer page(realm);
  page.say(R"([5,{"topic":"com.example.a","userId":2,"token":"x"}])");
  page.say(R"([6,{"topic":"com.example.a","userId":2,"token":"x"}])");
  asked.front()(Done{});
  LONGS_EQUAL(0, realm.broker().count());
  CHECK_TRUE(page.session->identity().user == "2");
}

TEST(WampV1, SessionThatEndsWhileItsTokenIsLookedUp) {
  V1Peer page(realm);
  page.say(R"([5,"{\"topic\":\"com.example.a\",\"userId\":2,\"token\":\"x\"}"])");
  page.session.reset();
  asked.front()(Done{});
  LONGS_EQUAL(0, realm.broker().count());
}

TEST(WampV1, DatabaseThatFailsIsNoWrongToken) {
  V1Peer page(realm);
  page.say(R"([5,{"topic":"com.example.a","userId":2,"token":"x"}])");
  asked.front()(Error{"the database fails", "torrent_ws.error.database_unavailable"});
  CHECK_TRUE(page.client.close_code == CloseCode::kTryAgainLater);
}

TEST(WampV1, AnEventMayEndTheSessionThatGetsIt) {
  V1Peer page(realm);
  page.say(R"([5,"com.example.a"])");
  page.say(R"([7,"com.example.a",{"n":1}])");
  STRCMP_EQUAL(R"([8,"com.example.a",{"n":1}])", page.last_event().c_str());
  page.say(R"([7])");
  CHECK_TRUE(page.client.close_code == CloseCode::kInvalidPayload);
  LONGS_EQUAL(0, realm.broker().count());
  page.say(R"([7,"com.example.a",1])");
}

TEST(WampV1, TypesAreNotCutShort) {
  // 2^32 + 5 in front of a topic is no SUBSCRIBE.
  V1Peer page(realm);
  page.say(R"([4294967301,"com.example.a"])");
  CHECK_TRUE(page.client.close_code == CloseCode::kInvalidPayload);
  LONGS_EQUAL(0, realm.broker().count());
}

TEST(WampV1, RevokedTopicMayBeSubscribedAgain) {
  V1Peer page(realm);
  page.say(R"([5,"com.example.a"])");
  RealmPolicy closed = realm.policy();
  closed.open_to_anybody = false;
  realm.set_policy(closed);
  LONGS_EQUAL(0, realm.broker().count());
  realm.set_policy(open_policy());
  page.say(R"([5,"com.example.a"])");
  LONGS_EQUAL(1, realm.broker().count());
}

TEST(WampV1, CallOfASessionThatHasGoneIsAnsweredToNobody) {
  Peer callee(realm);
  callee.join(R"({"callee":{}})");
  callee.say(R"([64,1,{},"com.example.f"])");
  {
    V1Peer page(realm);
    page.say(R"([2,"a","com.example.f",[1,2]])");
    CHECK_TRUE(callee.last_has("[1,2]"));
  }
  callee.say(R"([70,1,{},[3]])");
  CHECK_FALSE(callee.client.closed);
}
