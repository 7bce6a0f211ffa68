// FailedSignIns: so that nobody guesses the key of a user, an address has so many wrong tries: ten at once, and one
// more every six seconds (a token bucket). Of IPv6 a network of 64 bits counts as one address. Event-loop thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tws::wamp {

class FailedSignIns {
 public:
  using Clock = std::chrono::steady_clock;

  // At most so many addresses are remembered; then the one whose last wrong try is the longest ago is forgotten.
  static constexpr std::size_t kMaxAddresses = 10'000;

  // To be asked right before what the client sent is compared: many connections may have got this far at once.
  [[nodiscard]] bool may_try(std::string_view address, Clock::time_point now) const;
  // The try was wrong.
  void count(std::string_view address, Clock::time_point now);

  [[nodiscard]] std::size_t size() const { return by_address_.size(); }

 private:
  struct Bucket {
    std::string network;
    double wrong = 0;  // tries that still count, at `last`
    Clock::time_point last;
  };
  using Buckets = std::list<Bucket>;

  static double wrong_at(const Bucket& bucket, Clock::time_point now);
  void forget_old(Clock::time_point now);

  Buckets buckets_;  // by their last wrong try, the oldest first
  std::unordered_map<std::string, Buckets::iterator> by_address_;
};

}  // namespace tws::wamp
