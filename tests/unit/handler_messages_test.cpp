#include "handlers/handler_messages.hpp"

#include <CppUTest/TestHarness.h>

#include "wamp_peer.hpp"

using tws::HandlerBody;
using tws::Match;
using tws::payload_of_result;
using tws::wamp::Fragment;
using tws::wamp::Payload;
using tws::wamp::Serializer;
using tws::wamp::Value;

namespace {

std::string json(const Fragment& fragment) {
  return fragment.empty() ? "" : std::string(fragment.in(Serializer::kJson));
}

}  // namespace

TEST_GROUP(HandlerBody) {
  tws::wamp::Realm realm{"torrents", tws::wamp::token_policy()};
  tws::wamp::Peer peer{realm};

  Value parsed(HandlerBody & body) { return Value::parse(body.finish()); }
};

TEST(HandlerBody, SaysWhoItIsAbout) {
  peer.sign_in("2");
  HandlerBody body(peer.session);
  const Value value = parsed(body);
  CHECK(value == Value({{"session", peer.session.id()}, {"user", "2"}, {"role", "user"}, {"address", "192.0.2.7"}}));
}

TEST(HandlerBody, PassesArgumentsOnAsTheyCame) {
  HandlerBody body(peer.session);
  body.payload({Fragment(Serializer::kJson, "[1.0, 12345678901234567890123]"), Fragment()});
  CHECK(body.finish().ends_with(R"(,"args":[1.0, 12345678901234567890123],"kwargs":{}})"));
}

TEST(HandlerBody, NamesThePatternOfTopics) {
  HandlerBody exact(peer.session);
  CHECK_FALSE(parsed(exact.topics({"com.a", Match::kExact})).contains("match"));
  HandlerBody prefix(peer.session);
  CHECK(parsed(prefix.topics({"com.\"a", Match::kPrefix})).at("match") == "prefix");
}

TEST_GROUP(PayloadOfResult){};

TEST(PayloadOfResult, IsNothingOrArgsAndKwargs) {
  CHECK_FALSE((*payload_of_result("")).has_value());
  CHECK_FALSE((*payload_of_result(" \n")).has_value());
  for (const char* body : {"[]", " [ ] ", "[[]]", "[[],{}]"}) {
    const auto payload = payload_of_result(body);
    CHECK(payload && payload->has_value() && (*payload)->args.empty() && (*payload)->kwargs.empty());
  }
  const auto both = payload_of_result("[[1, 2.0], {\"a\":\"\xC3\xBC\"}]");
  CHECK(json((*both)->args) == "[1, 2.0]" && json((*both)->kwargs) == "{\"a\":\"\xC3\xBC\"}");
  const auto args = payload_of_result("[[null]]");
  CHECK(json((*args)->args) == "[null]" && (*args)->kwargs.empty());
}

TEST(PayloadOfResult, IsNoOther) {
  for (const char* body : {"{}", "1", "null", "[1]", "[{}]", "[[],[]]", "[[],{},{}]", "[[]", "[[]]]", "[[],{}] x",
                           "[[1,]]", "[,[]]", "[[\"\xFF\"]]", "][", "["}) {
    CHECK_TRUE_TEXT(!payload_of_result(body), body);
  }
}
