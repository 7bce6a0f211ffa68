// Timers: the time of one turn of the worker's loop, and when the next turn is due at the latest.
#pragma once

#include <algorithm>
#include <chrono>

namespace tws::worker {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

// What can be put off takes no more of one turn: everything else waits for it.
inline constexpr Milliseconds kShareOfTurn{50};

class Timers {
 public:
  explicit Timers(Clock::time_point now) : now_(now) {}

  [[nodiscard]] Clock::time_point now() const { return now_; }

  // Whether `at` has come; if not, the loop wakes up then.
  bool due(Clock::time_point at) {
    if (at <= now_) {
      return true;
    }
    wake_ = std::min(wake_, at);
    return false;
  }

  // Something is left to do: the next turn comes at once.
  void again() { wake_ = now_; }

  // Until the next turn, rounded up, so that a turn never comes just before its time.
  [[nodiscard]] Milliseconds wait() const {
    constexpr Milliseconds kLongest = std::chrono::minutes(1);
    return wake_ - now_ > kLongest ? kLongest : std::chrono::ceil<Milliseconds>(wake_ - now_);
  }

 private:
  Clock::time_point now_;
  Clock::time_point wake_ = Clock::time_point::max();
};

// Unix seconds with their fraction.
inline double unix_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace tws::worker
