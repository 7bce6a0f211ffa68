#include "jobs/callers.hpp"

#include <CppUTest/TestHarness.h>

#include <string>

#include "support/occasional.hpp"

using tws::Callers;
using tws::JobId;
using tws::Occasional;
using tws::Turn;

namespace {

constexpr tws::CallerId kOne = 1;
constexpr tws::CallerId kOther = 2;
const std::string kUser = "7";

}  // namespace

TEST_GROUP(Callers) {
  Callers callers;
  JobId last = 0;

  // A caller's jobs until one is not taken; the ids go from 1 on.
  void fill(std::size_t bytes, tws::CallerId caller = kOne) {
    while (callers.begin(caller, kUser, last + 1, bytes) != Turn::kNever) {
      ++last;
    }
  }
};

TEST(Callers, some_have_their_turn_some_wait_and_then_no_more_are_taken) {
  fill(1);
  LONGS_EQUAL(Callers::kAtOnce + Callers::kWaiting, last);
}

TEST(Callers, a_caller_does_not_bound_another_one_nor_the_loop_itself) {
  fill(1);
  CHECK(callers.begin(kOther, kUser, last + 1, 1) == Turn::kNow);
  for (JobId id = last + 2; id < 2 * last; ++id) {
    CHECK(callers.begin(0, kUser, id, Callers::kBytes) == Turn::kNow);
  }
}

TEST(Callers, they_have_their_turns_in_the_order_in_which_they_came) {
  fill(1);
  for (JobId id = 1; id + Callers::kAtOnce <= last; ++id) {
    const auto next = callers.end(kOne, kUser, id, 1);
    CHECK(next.has_value());
    LONGS_EQUAL(id + Callers::kAtOnce, *next);
  }
  CHECK(!callers.end(kOne, kUser, last, 1).has_value());
}

TEST(Callers, one_that_ends_while_it_waits_gives_no_turn_away) {
  fill(1);
  CHECK(!callers.end(kOne, kUser, last, 1).has_value());
  CHECK(callers.begin(kOne, kUser, last + 1, 1) == Turn::kLater);
  CHECK(callers.begin(kOne, kUser, last + 2, 1) == Turn::kNever);
}

TEST(Callers, the_bytes_of_all_are_bounded_but_one_may_be_as_large_as_a_message) {
  CHECK(callers.begin(kOne, kUser, 1, 2 * Callers::kBytes) == Turn::kNow);
  CHECK(callers.begin(kOne, kUser, 2, 1) == Turn::kNever);
  callers.end(kOne, kUser, 1, 2 * Callers::kBytes);
  last = 2;
  fill(Callers::kBytes / 4);
  LONGS_EQUAL(2 + 4, last);
}

TEST(Callers, a_user_who_comes_again_and_again_has_no_more_than_his_share) {
  for (tws::CallerId session = 1; session <= 10; ++session) {
    fill(1, session);
  }
  LONGS_EQUAL(Callers::kOfUser, last);
  CHECK(callers.begin(11, "other", last + 1, 1) == Turn::kNow);
  callers.end(kOne, kUser, 1, 1);
  CHECK(callers.begin(12, kUser, last + 2, 1) == Turn::kNow);
}

TEST(Callers, the_bytes_of_a_user_are_bounded_too_and_free_when_his_jobs_are_over) {
  CHECK(callers.begin(kOne, kUser, 1, 2 * Callers::kBytesOfUser) == Turn::kNow);
  CHECK(callers.begin(kOther, kUser, 2, 1) == Turn::kNever);
  callers.end(kOne, kUser, 1, 2 * Callers::kBytesOfUser);
  CHECK(callers.begin(kOther, kUser, 2, 1) == Turn::kNow);
}

TEST_GROUP(Occasional){};

TEST(Occasional, one_line_in_each_interval_which_counts_the_others) {
  Occasional line;
  const auto begin = Occasional::Clock::now();
  STRCMP_EQUAL("", line.take(begin)->c_str());
  CHECK(!line.take(begin).has_value());
  CHECK(!line.take(begin + Occasional::kInterval / 2).has_value());
  CHECK(!line.is_over(begin + Occasional::kInterval));
  STRCMP_EQUAL(" (and 2 times more since this was last told)", line.take(begin + Occasional::kInterval)->c_str());
  CHECK(line.is_over(begin + 2 * Occasional::kInterval));
  STRCMP_EQUAL("", line.take(begin + 2 * Occasional::kInterval)->c_str());
}
