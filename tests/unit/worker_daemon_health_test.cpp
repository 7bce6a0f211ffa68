// What is known of a daemon, and what is forgotten of it.
#include <CppUTest/TestHarness.h>

#include "worker/daemon_health.hpp"

using tws::worker::Clock;
using tws::worker::DaemonHealth;
using State = tws::worker::DaemonHealth::State;

TEST_GROUP(WorkerDaemonHealth) { DaemonHealth health; };

TEST(WorkerDaemonHealth, WhoComesAnewDoesNotWaitForWhatFailedBefore) {
  health.failed("no connection", 1, false);
  CHECK(health.retry_at() > Clock::now());
  health.forget();
  CHECK(health.state() == State::kUnknown);
}

TEST(WorkerDaemonHealth, AWrongPasswordIsNotForgotten) {
  health.failed("wrong password", 1, true);
  const auto retry_at = health.retry_at();
  health.forget();
  CHECK(health.is_locked());
  CHECK(health.state() == State::kDown);
  STRCMP_EQUAL("wrong password", health.reason().c_str());
  health.failed("no connection", 1, false);  // of a request that was under way
  CHECK(health.is_locked());
  CHECK(health.retry_at() >= retry_at);
  health.answered();
  CHECK_FALSE(health.is_locked());
}

TEST(WorkerDaemonHealth, AnAnswerThatIsWaitedForIsNotForgotten) {
  health.overdue(1);
  health.forget();
  CHECK(health.state() == State::kBusy);
  health.answered();
  health.forget();
  CHECK(health.state() == State::kUnknown);
}
