// Timers: what is to happen later, such as the end of a call's time. The event loop runs what is due, some twenty times
// a second. Event-loop thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace tws::wamp {

class Timers {
 public:
  using Clock = std::chrono::steady_clock;
  using TimerId = std::pair<Clock::time_point, std::uint64_t>;

  TimerId after(std::chrono::milliseconds time, std::function<void()> action) {
    const TimerId id{Clock::now() + time, ++last_};
    actions_.emplace(id, std::move(action));
    return id;
  }

  void cancel(const TimerId& id) { actions_.erase(id); }

  // What an action sets runs in a later turn.
  void run(Clock::time_point now) {
    for (const std::uint64_t known = last_; !actions_.empty();) {
      const auto first = actions_.begin();
      if (first->first.first > now || first->first.second > known) {
        return;
      }
      const auto action = std::move(first->second);
      actions_.erase(first);
      action();
    }
  }

 private:
  std::map<TimerId, std::function<void()>> actions_;
  std::uint64_t last_ = 0;
};

}  // namespace tws::wamp
