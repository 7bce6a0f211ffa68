// PoolSize: how many workers the pool is to have: at least so many, more while jobs wait, up to a bound. Counts those
// that the main thread has been asked for and has not started yet. Event-loop thread only.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <set>

namespace tws {

class PoolSize {
 public:
  using Clock = std::chrono::steady_clock;

  // The first `least` are started without being asked for.
  PoolSize(std::size_t least, std::size_t most) : least_(least), most_(most), asked_for_(least) {}

  // A worker of the pool has started, in the place of `previous` unless that is 0; one has ended, and is started again.
  // Of one that ended the successor may be known first.
  void on_started(pid_t pid, pid_t previous);
  void on_lost(pid_t pid);
  // One more is asked for.
  void add() { ++asked_for_; }
  [[nodiscard]] bool is_starting() const { return asked_for_ > 0; }

  // `running`: the workers that stay. `waits`: jobs wait, as none of them is free. Called often; true: one more is to
  // be asked for.
  bool grows(Clock::time_point now, std::size_t running, bool waits);
  // Whether one that got its last job then may leave.
  [[nodiscard]] bool shrinks(Clock::time_point now, std::size_t running, Clock::time_point last_job) const;

  [[nodiscard]] std::size_t least() const { return least_; }
  [[nodiscard]] std::size_t most() const { return most_; }

 private:
  [[nodiscard]] std::size_t size(std::size_t running) const { return running + asked_for_ + lost_.size(); }

  std::size_t least_;
  std::size_t most_;
  std::size_t asked_for_;
  std::set<pid_t> lost_;       // whose successors are on their way
  std::set<pid_t> succeeded_;  // whose successors came before they were known to be lost
  bool waits_ = false;
  Clock::time_point waiting_since_;
};

}  // namespace tws
