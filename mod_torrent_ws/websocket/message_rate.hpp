// MessageRate: whether one client keeps to a rate, with bursts (a token bucket). Any thread, one at a time.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>

namespace tws {

class MessageRate {
 public:
  using Clock = std::chrono::steady_clock;

  // Counts one message, and one more for each 64 kB of it; false: it is one too many. `per_second` messages are let in
  // on average, and those of kBurstSeconds at once.
  bool take(std::size_t per_second, std::size_t bytes, Clock::time_point now) {
    const double most = static_cast<double>(per_second) * kBurstSeconds;
    const double passed = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    used_ = std::max(0.0, used_ - passed * static_cast<double>(per_second)) + 1;
    charge(bytes);
    return used_ <= most;
  }

  // Counts what the client had made for it, without a message of its own.
  void charge(std::size_t bytes) { used_ += std::floor(static_cast<double>(bytes) / kBytesOfAMessage); }

 private:
  static constexpr double kBurstSeconds = 5;
  static constexpr double kBytesOfAMessage = 64 << 10;
  double used_ = 0;
  Clock::time_point last_ = Clock::now();
};

}  // namespace tws
