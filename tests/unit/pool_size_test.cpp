// When the pool has one worker more, and one less, by a clock of the test's own.
#include "jobs/pool_size.hpp"

#include <CppUTest/TestHarness.h>

using std::chrono::milliseconds;
using std::chrono::seconds;
using tws::PoolSize;

TEST_GROUP(PoolSize) {
  PoolSize::Clock::time_point now;
  PoolSize pool{2, 4};

  void setup() override {
    pool.on_started(1, 0);
    pool.on_started(2, 0);
  }
};

TEST(PoolSize, GrowsWhenJobsHaveWaited) {
  CHECK_FALSE(pool.grows(now, 2, true));
  CHECK_FALSE(pool.grows(now + milliseconds(49), 2, true));
  CHECK_TRUE(pool.grows(now + milliseconds(50), 2, true));
}

TEST(PoolSize, AWaitThatEndedDoesNotCount) {
  pool.grows(now, 2, true);
  pool.grows(now + milliseconds(30), 2, false);
  CHECK_FALSE(pool.grows(now + milliseconds(60), 2, true));
  CHECK_FALSE(pool.grows(now + milliseconds(100), 2, true));
  CHECK_TRUE(pool.grows(now + milliseconds(110), 2, true));
}

TEST(PoolSize, GrowsToItsMaximumWithThoseOnTheirWay) {
  pool.grows(now, 2, true);
  CHECK_TRUE(pool.grows(now + milliseconds(50), 2, true));
  pool.add();
  CHECK_TRUE(pool.is_starting());
  CHECK_FALSE(pool.grows(now + milliseconds(99), 2, true));
  CHECK_TRUE(pool.grows(now + milliseconds(100), 2, true));
  pool.add();
  CHECK_FALSE(pool.grows(now + seconds(1), 2, true));
  pool.on_started(3, 0);
  pool.on_started(4, 0);
  CHECK_FALSE(pool.is_starting());
  CHECK_FALSE(pool.grows(now + seconds(2), 4, true));
}

TEST(PoolSize, OneThatEndedComesAgainAndCounts) {
  pool.on_lost(7);
  pool.on_lost(8);
  pool.grows(now, 2, true);
  CHECK_FALSE(pool.grows(now + seconds(1), 2, true));
  pool.on_started(9, 7);
  pool.on_started(10, 8);
  CHECK_FALSE(pool.is_starting());
  CHECK_FALSE(pool.grows(now + seconds(2), 4, true));
}

TEST(PoolSize, OneWhoseSuccessorIsKnownBeforeItsEndDoesNotCount) {
  pool.on_started(9, 1);
  pool.on_lost(1);
  CHECK_FALSE(pool.shrinks(now + seconds(61), 2, now));
  pool.grows(now, 3, true);
  CHECK_TRUE(pool.grows(now + seconds(1), 3, true));
}

TEST(PoolSize, OneWithThePidOfAFormerOneCountsWhenItEnds) {
  pool.on_started(9, 1);
  pool.on_started(1, 2);
  pool.on_lost(1);
  pool.grows(now, 3, true);
  CHECK_FALSE(pool.grows(now + seconds(1), 3, true));
}

TEST(PoolSize, ShrinksAfterAMinuteToItsMinimum) {
  CHECK_FALSE(pool.shrinks(now + seconds(60), 3, now));
  CHECK_TRUE(pool.shrinks(now + seconds(61), 3, now));
  CHECK_FALSE(pool.shrinks(now + seconds(61), 2, now));
}
