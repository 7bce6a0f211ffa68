#include "bridge/publish_keys.hpp"

#include <CppUTest/TestHarness.h>

#include <algorithm>

#include "wamp/clock.hpp"
#include "wamp/cra.hpp"

using tws::NonceStore;
using tws::PublishKeys;
using tws::PublishSignature;

namespace {

constexpr std::int64_t kStart = 1'767'225'600'000;  // 2026-01-01T00:00:00Z
constexpr std::int64_t kNow = kStart + 3'600'000;
constexpr std::int64_t kWindow = 60'000;
const std::string kSecret(32, 's');
const std::string kBody = R"({"topic":"a"})";

PublishSignature sign(std::int64_t time, const std::string& nonce, const std::string& secret = kSecret) {
  PublishSignature made{"shop", tws::wamp::utc_text(time), "1", nonce, {}};
  made.signature = tws::wamp::cra_signature(secret, made.key + made.timestamp + made.seq + made.nonce + kBody);
  return made;
}

}  // namespace

TEST_GROUP(PublishKeysTest) {
  PublishKeys keys;
  void setup() override { configure(kSecret); }
  void configure(const std::string& secret, std::int64_t window = kWindow, std::int64_t now = kStart) {
    keys.configure({{"shop", {}, secret}}, std::chrono::milliseconds(window), now);
  }
  std::string outcome(const PublishSignature& signature, std::int64_t now = kNow, const std::string& body = kBody) {
    const auto checked = keys.check(signature, body, now);
    return checked ? "good" : checked.error().uri;
  }
};

static const char* const kFailed = "wamp.error.authentication_failed";

TEST(PublishKeysTest, ASignatureIsInEitherAlphabet) {
  auto signature = sign(kNow, "1");
  STRCMP_EQUAL("good", outcome(signature).c_str());
  signature = sign(kNow, "2");
  std::replace(signature.signature.begin(), signature.signature.end(), '+', '-');
  std::replace(signature.signature.begin(), signature.signature.end(), '/', '_');
  signature.signature.resize(signature.signature.find('='));
  STRCMP_EQUAL("good", outcome(signature).c_str());
}

TEST(PublishKeysTest, WhatIsWrongIsRefused) {
  STRCMP_EQUAL(kFailed, outcome(sign(kNow, "1", std::string(32, 't'))).c_str());
  STRCMP_EQUAL(kFailed, outcome(sign(kNow, "1"), kNow, kBody + " ").c_str());
  for (auto change : {&PublishSignature::key, &PublishSignature::timestamp, &PublishSignature::seq,
                      &PublishSignature::nonce, &PublishSignature::signature}) {
    auto signature = sign(kNow, "1");
    (signature.*change).clear();
    STRCMP_EQUAL(kFailed, outcome(signature).c_str());
  }
  configure("");
  STRCMP_EQUAL(kFailed, outcome(sign(kNow, "1", "")).c_str());
}

TEST(PublishKeysTest, ATimeHasAWindow) {
  STRCMP_EQUAL("good", outcome(sign(kNow - kWindow, "1")).c_str());
  STRCMP_EQUAL("good", outcome(sign(kNow + kWindow, "2")).c_str());
  STRCMP_EQUAL(kFailed, outcome(sign(kNow - kWindow - 1, "3")).c_str());
  STRCMP_EQUAL(kFailed, outcome(sign(kNow + kWindow + 1, "4")).c_str());
}

TEST(PublishKeysTest, WhatAFormerProcessMayHaveTakenIsRefused) {
  STRCMP_EQUAL("torrent_ws.error.busy", outcome(sign(kStart - 1, "1"), kStart).c_str());
  STRCMP_EQUAL("good", outcome(sign(kStart, "1"), kStart).c_str());
}

TEST(PublishKeysTest, ANonceIsGoodForOnce) {
  const auto ahead = sign(kNow + kWindow, "1");
  STRCMP_EQUAL("good", outcome(ahead).c_str());
  // As long as it is within the window.
  for (const std::int64_t later : {std::int64_t{0}, kWindow, 2 * kWindow}) {
    STRCMP_EQUAL(kFailed, outcome(ahead, kNow + later).c_str());
  }
  // Over a graceful restart, too.
  configure(kSecret);
  STRCMP_EQUAL(kFailed, outcome(ahead).c_str());
}

TEST(PublishKeysTest, AGrowingWindowMakesNothingGoodAgain) {
  const auto used = sign(kNow, "1");
  STRCMP_EQUAL("good", outcome(used).c_str());
  configure(kSecret, kWindow / 10);
  const std::int64_t later = kNow + kWindow / 2;
  STRCMP_EQUAL(kFailed, outcome(used, later).c_str());
  STRCMP_EQUAL("good", outcome(sign(later, "2"), later).c_str());
  // It is within the window again, and forgotten.
  configure(kSecret);
  STRCMP_EQUAL("torrent_ws.error.busy", outcome(used, later).c_str());
  STRCMP_EQUAL("good", outcome(sign(later - kWindow / 10, "3"), later).c_str());
}

TEST(PublishKeysTest, AKeyThatIsThereAgainMakesNothingGoodAgain) {
  const auto used = sign(kNow, "1");
  STRCMP_EQUAL("good", outcome(used).c_str());
  keys.configure({}, std::chrono::milliseconds(kWindow), kNow + 1);
  configure(kSecret, kWindow, kNow + 2);
  STRCMP_EQUAL("torrent_ws.error.busy", outcome(used, kNow + 3).c_str());
  STRCMP_EQUAL("good", outcome(sign(kNow + 2, "1"), kNow + 3).c_str());
}

TEST(PublishKeysTest, NoDigitMovesOverUnderTheSameSignature) {
  auto signature = sign(kNow, "123");
  STRCMP_EQUAL("good", outcome(signature).c_str());
  signature.seq = "11";
  signature.nonce = "23";
  STRCMP_EQUAL(kFailed, outcome(signature).c_str());
  signature = sign(kNow, "4");
  STRCMP_EQUAL("good", outcome(signature).c_str());
  signature.nonce = "4" + kBody.substr(0, 1);
  STRCMP_EQUAL(kFailed, outcome(signature, kNow, kBody.substr(1)).c_str());
}

TEST_GROUP(NonceStoreTest) { NonceStore store{kStart}; };

TEST(NonceStoreTest, ForgetsWhatCannotComeAgain) {
  CHECK_TRUE(store.take("a", kNow, kNow) == NonceStore::Outcome::kNew);
  CHECK_TRUE(store.take("a", kNow, kNow) == NonceStore::Outcome::kUsed);
  CHECK_TRUE(store.take("a", kNow + 2, kNow + 1) == NonceStore::Outcome::kNew);
  LONGS_EQUAL(1, store.size());
  LONGLONGS_EQUAL(kNow + 1, store.known_since());
}

TEST(NonceStoreTest, IsFullRatherThanForgetful) {
  for (std::size_t i = 0; i < NonceStore::kMaxNonces; ++i) {
    CHECK_TRUE(store.take(std::to_string(i), kNow, kNow) == NonceStore::Outcome::kNew);
  }
  CHECK_TRUE(store.take("one more", kNow, kNow) == NonceStore::Outcome::kFull);
  CHECK_TRUE(store.take("0", kNow, kNow) == NonceStore::Outcome::kUsed);
  CHECK_TRUE(store.take("one more", kNow, kNow + 1) == NonceStore::Outcome::kNew);
}
