// Drain: closes many evenly over a time, so that they do not all come back at once.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>

namespace tws {

class Drain {
 public:
  using Clock = std::chrono::steady_clock;

  Drain() = default;
  // From now on; it may have to be over earlier than `time` says.
  Drain(std::size_t count, std::chrono::milliseconds time, Clock::time_point now,
        Clock::time_point latest = Clock::time_point::max())
      : count_(count), time_(time), end_(std::min(now + time, latest)) {}

  [[nodiscard]] Clock::time_point end() const { return end_; }

  // How many of them may still be there.
  [[nodiscard]] std::size_t may_stay(Clock::time_point now) const {
    const double rest = now < end_ ? std::chrono::duration<double>(end_ - now) / time_ : 0;
    return static_cast<std::size_t>(std::ceil(static_cast<double>(count_) * rest));
  }

 private:
  std::size_t count_ = 0;
  std::chrono::duration<double> time_{};
  Clock::time_point end_;
};

}  // namespace tws
