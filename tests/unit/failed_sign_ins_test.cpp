#include "wamp/failed_sign_ins.hpp"

#include <CppUTest/TestHarness.h>

#include <string>

using std::chrono::milliseconds;
using std::chrono::seconds;
using tws::wamp::FailedSignIns;

TEST_GROUP(FailedSignIns) {
  FailedSignIns failed;
  FailedSignIns::Clock::time_point now = FailedSignIns::Clock::now();

  bool may(const char* address) { return failed.may_try(address, now); }
  void fail(const char* address, int times) {
    for (int i = 0; i < times; ++i) {
      failed.count(address, now);
    }
  }
};

TEST(FailedSignIns, TenAreForgiven) {
  fail("192.0.2.1", 9);
  CHECK_TRUE(may("192.0.2.1"));
  fail("192.0.2.1", 1);
  CHECK_FALSE(may("192.0.2.1"));
  CHECK_TRUE(may("192.0.2.2"));
}

TEST(FailedSignIns, OneMoreEverySixSeconds) {
  fail("192.0.2.1", 10);
  now += milliseconds(5'990);
  CHECK_FALSE(may("192.0.2.1"));
  now += milliseconds(20);
  CHECK_TRUE(may("192.0.2.1"));
  fail("192.0.2.1", 1);
  CHECK_FALSE(may("192.0.2.1"));
  now += seconds(60);
  fail("192.0.2.1", 9);
  CHECK_TRUE(may("192.0.2.1"));
}

TEST(FailedSignIns, ManyWrongAtOnceAreNotHeldAgainstItForLonger) {
  fail("192.0.2.1", 500);
  CHECK_FALSE(may("192.0.2.1"));
  now += seconds(7);
  CHECK_TRUE(may("192.0.2.1"));
}

TEST(FailedSignIns, NetworkOfIpv6IsOneClient) {
  fail("2001:db8:1:2::1", 5);
  fail("2001:db8:1:2:ffff::2", 5);
  CHECK_FALSE(may("2001:db8:1:2::3"));
  CHECK_TRUE(may("2001:db8:1:3::1"));
}

TEST(FailedSignIns, ForgetsWhoMayDoAllAgain) {
  fail("192.0.2.1", 10);
  now += seconds(30);
  fail("192.0.2.2", 1);
  CHECK_EQUAL(2, failed.size());
  now += seconds(30);
  fail("192.0.2.2", 1);
  CHECK_EQUAL(1, failed.size());
}

TEST(FailedSignIns, MemoryIsBounded) {
  const auto address = [](std::size_t n) { return std::to_string(n >> 8) + "." + std::to_string(n & 0xFF); };
  fail("192.0.2.1", 10);
  for (std::size_t n = 0; n < FailedSignIns::kMaxAddresses - 1; ++n) {
    fail(address(n).c_str(), 1);
  }
  CHECK_FALSE(may("192.0.2.1"));
  fail(address(0).c_str(), 9);
  fail("one more", 1);
  CHECK_EQUAL(FailedSignIns::kMaxAddresses, failed.size());
  // The one that was silent for the longest time.
  CHECK_TRUE(may("192.0.2.1"));
  CHECK_FALSE(may(address(0).c_str()));
}
