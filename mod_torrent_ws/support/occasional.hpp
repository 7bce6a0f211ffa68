// Occasional: of log lines that would come again and again, one a minute.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace tws {

// For one kind of line. No locks: one thread.
class Occasional {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr auto kInterval = std::chrono::minutes(1);

  // What to write behind the line, which says how many were left out since the last one; nothing when this one
  // is to be left out too.
  std::optional<std::string> take(Clock::time_point now = Clock::now()) {
    if (now < next_) {
      ++left_out_;
      return std::nullopt;
    }
    const std::uint64_t others = left_out_;
    left_out_ = 0;
    next_ = now + kInterval;
    return others == 0 ? std::string() : " (and " + std::to_string(others) + " times more since this was last told)";
  }

  // Nothing is left out any more: to forget it loses nothing.
  [[nodiscard]] bool is_over(Clock::time_point now) const { return now >= next_ && left_out_ == 0; }

 private:
  Clock::time_point next_;
  std::uint64_t left_out_ = 0;
};

}  // namespace tws
