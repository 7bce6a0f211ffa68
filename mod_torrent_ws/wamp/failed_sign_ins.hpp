#pragma once
#include <chrono>
#include <string_view>
namespace tws::wamp {
class FailedSignIns {
 public:
  using Clock = std::chrono::steady_clock;
  bool may_try(std::string_view, Clock::time_point) { return true; }
  void count(std::string_view, Clock::time_point) {}
};
}
