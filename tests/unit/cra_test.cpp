#include "wamp/cra.hpp"

#include <CppUTest/TestHarness.h>

#include <string>

#include "support/json.hpp"

using tws::wamp::cra_signature;
using tws::wamp::CraChallenge;
using tws::wamp::is_cra_signature;

TEST_GROUP(Cra){};

TEST(Cra, SignsAsOthersDo) {
  // RFC 4231, cases 2 and 6.
  STRCMP_EQUAL("W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=",
               cra_signature("Jefe", "what do ya want for nothing?").c_str());
  STRCMP_EQUAL(
      "YOQxWR7gtn8Niiaqy/W3f44LxiE3KMUUBUYEDw7jf1Q=",
      cra_signature(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First").c_str());
  // autobahn-python, test_wamp_auth.py; the second key is what its derive_key() makes of the first one and "salt123".
  STRCMP_EQUAL("1njQtmmeYO41N5EWEzD2kAjjEKRZ5kPZt/TzpYXOzR0=", cra_signature("L3L1YUE8Txlw", "[1, 2, 3]").c_str());
  STRCMP_EQUAL("c3pCfyceJEbMIYZ/MRvn3RbPu4aqaQ/IeiCmHKfGMx4=",
               cra_signature("qzcdsr9uu/L5hnss3kjNTRe490ETgA70ZBaB5rvnJ5Y=", "[1, 2, 3]").c_str());
}

TEST(Cra, TakesTheRightSignatureOnly) {
  const std::string right = "1njQtmmeYO41N5EWEzD2kAjjEKRZ5kPZt/TzpYXOzR0=";
  CHECK_TRUE(is_cra_signature("L3L1YUE8Txlw", "[1, 2, 3]", right));
  CHECK_FALSE(is_cra_signature("L3L1YUE8Txlx", "[1, 2, 3]", right));
  CHECK_FALSE(is_cra_signature("L3L1YUE8Txlw", "[1, 2, 4]", right));
  CHECK_FALSE(is_cra_signature("L3L1YUE8Txlw", "[1, 2, 3]", ""));
  CHECK_FALSE(is_cra_signature("L3L1YUE8Txlw", "[1, 2, 3]", right.substr(1)));
  CHECK_FALSE(is_cra_signature("L3L1YUE8Txlw", "[1, 2, 3]", right + "="));
  for (std::size_t i = 0; i < right.size(); ++i) {
    std::string wrong = right;
    wrong[i] = static_cast<char>(wrong[i] ^ 1);
    CHECK_FALSE(is_cra_signature("L3L1YUE8Txlw", "[1, 2, 3]", wrong));
  }
}

TEST(Cra, ChallengeSaysWhatTheSessionWillBe) {
  CraChallenge challenge{.authid = "j\xc3\xb6rg \"7\"",
                         .authrole = "user",
                         .authprovider = "torrent_ws",
                         .session = 1ULL << 53,
                         .nonce = "LHRTC9zeOIrt_9U3",
                         .timestamp = tws::wamp::utc_text(1403454985048)};
  STRCMP_EQUAL(
      "{\"authid\":\"j\xc3\xb6rg \\\"7\\\"\",\"authmethod\":\"wampcra\",\"authprovider\":\"torrent_ws\","
      "\"authrole\":\"user\",\"nonce\":\"LHRTC9zeOIrt_9U3\",\"session\":9007199254740992,"
      "\"timestamp\":\"2014-06-22T16:36:25.048Z\"}",
      challenge_text(challenge).c_str());
}

TEST(Cra, NoTwoChallengesAreAlike) {
  const std::string first = challenge_text(CraChallenge());
  CHECK(first != challenge_text(CraChallenge()));
  const auto parsed = tws::parse_json(first);
  CHECK_EQUAL(32, tws::text_member(parsed->get(), "nonce").size());
}
