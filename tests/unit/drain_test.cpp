#include "loop/drain.hpp"

#include <CppUTest/TestHarness.h>

using tws::Drain;
using namespace std::chrono_literals;

TEST_GROUP(Drain) { Drain::Clock::time_point begin = Drain::Clock::now(); };

TEST(Drain, IsEven) {
  const Drain drain(100, 10s, begin);
  LONGS_EQUAL(100, drain.may_stay(begin));
  LONGS_EQUAL(75, drain.may_stay(begin + 2500ms));
  LONGS_EQUAL(1, drain.may_stay(begin + 9999ms));
  LONGS_EQUAL(0, drain.may_stay(begin + 10s));
  LONGS_EQUAL(0, drain.may_stay(begin + 1h));
}

TEST(Drain, MayTakeNoTime) { LONGS_EQUAL(0, Drain(100, 0s, begin).may_stay(begin)); }

TEST(Drain, EndsEarlierWhereItHasTo) {
  const Drain drain(100, 10s, begin, begin + 5s);
  LONGS_EQUAL(50, drain.may_stay(begin));
  LONGS_EQUAL(0, drain.may_stay(drain.end()));
  CHECK_TRUE(drain.end() == begin + 5s);
}
