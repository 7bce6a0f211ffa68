#include "wamp/failed_sign_ins.hpp"

#include <algorithm>

#include "support/client_network.hpp"

namespace tws::wamp {

namespace {

constexpr double kMostWrong = 10;
constexpr std::chrono::duration<double> kAgain(60);  // until as many may be wrong again

}  // namespace

bool FailedSignIns::may_try(std::string_view address, Clock::time_point now) const {
  const auto found = by_address_.find(client_network(std::string(address)));
  return found == by_address_.end() || wrong_at(*found->second, now) + 1 <= kMostWrong;
}

void FailedSignIns::count(std::string_view address, Clock::time_point now) {
  std::string network = client_network(std::string(address));
  const auto found = by_address_.find(network);
  if (found == by_address_.end()) {
    buckets_.push_back({network, 1, now});
    by_address_.emplace(std::move(network), std::prev(buckets_.end()));
  } else {
    Bucket& bucket = *found->second;
    bucket.wrong = std::min(wrong_at(bucket, now) + 1, kMostWrong);
    bucket.last = now;
    buckets_.splice(buckets_.end(), buckets_, found->second);
  }
  forget_old(now);
}

double FailedSignIns::wrong_at(const Bucket& bucket, Clock::time_point now) {
  return std::max(0.0, bucket.wrong - (now - bucket.last) / kAgain * kMostWrong);
}

void FailedSignIns::forget_old(Clock::time_point now) {
  // Of the others none has been silent for long enough.
  while (buckets_.size() > kMaxAddresses || now - buckets_.front().last >= kAgain) {
    by_address_.erase(buckets_.front().network);
    buckets_.pop_front();
  }
}

}  // namespace tws::wamp
