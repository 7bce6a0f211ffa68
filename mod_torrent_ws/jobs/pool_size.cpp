#include "jobs/pool_size.hpp"

namespace tws {

namespace {

// A shorter wait is over sooner than a new worker is there.
constexpr auto kWait = std::chrono::milliseconds(50);
constexpr auto kIdle = std::chrono::minutes(1);

}  // namespace

void PoolSize::on_started(pid_t pid, pid_t previous) {
  succeeded_.erase(pid);  // of a former process, which was dismissed and so never known to be lost
  if (previous != 0) {
    if (lost_.erase(previous) == 0) {
      succeeded_.insert(previous);
    }
  } else if (asked_for_ > 0) {
    --asked_for_;
  }
}

void PoolSize::on_lost(pid_t pid) {
  if (succeeded_.erase(pid) == 0) {
    lost_.insert(pid);
  }
}

bool PoolSize::grows(Clock::time_point now, std::size_t running, bool waits) {
  if (!waits || !waits_) {
    waits_ = waits;
    waiting_since_ = now;
    return false;
  }
  if (now - waiting_since_ < kWait || size(running) >= most_) {
    return false;
  }
  waiting_since_ = now;
  return true;
}

bool PoolSize::shrinks(Clock::time_point now, std::size_t running, Clock::time_point last_job) const {
  return size(running) > least_ && now - last_job > kIdle;
}

}  // namespace tws
