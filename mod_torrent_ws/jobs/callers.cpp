#include "jobs/callers.hpp"

#include <algorithm>

namespace tws {

Turn Callers::begin(CallerId caller, const std::string& user, JobId job, std::size_t bytes) {
  if (caller == 0) {
    return Turn::kNow;
  }
  const auto shared = users_.find(user);
  if (shared != users_.end() && (shared->second.jobs >= kOfUser || shared->second.bytes + bytes > kBytesOfUser)) {
    return Turn::kNever;
  }
  Caller& entry = callers_[caller];
  const bool is_only_one = entry.running == 0;
  if (!is_only_one && (entry.waiting.size() >= kWaiting || entry.bytes + bytes > kBytes)) {
    return Turn::kNever;
  }
  entry.bytes += bytes;
  User& of_user = users_[user];
  ++of_user.jobs;
  of_user.bytes += bytes;
  if (entry.running < kAtOnce) {
    ++entry.running;
    return Turn::kNow;
  }
  entry.waiting.push_back(job);
  return Turn::kLater;
}

std::optional<JobId> Callers::end(CallerId caller, const std::string& user, JobId job, std::size_t bytes) {
  const auto found = callers_.find(caller);
  if (found == callers_.end()) {
    return std::nullopt;
  }
  const auto shared = users_.find(user);
  shared->second.bytes -= bytes;
  if (--shared->second.jobs == 0) {
    users_.erase(shared);
  }
  Caller& entry = found->second;
  entry.bytes -= bytes;
  const auto waited = std::find(entry.waiting.begin(), entry.waiting.end(), job);
  if (waited != entry.waiting.end()) {
    entry.waiting.erase(waited);
    return std::nullopt;
  }
  --entry.running;
  if (!entry.waiting.empty()) {
    const JobId next = entry.waiting.front();
    entry.waiting.pop_front();
    ++entry.running;
    return next;
  }
  if (entry.running == 0) {
    callers_.erase(found);
  }
  return std::nullopt;
}

}  // namespace tws
