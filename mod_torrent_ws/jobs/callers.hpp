// Callers: how many jobs each client has with the workers. A daemon's worker does them one after the other in the
// order in which they come, so a client that calls without end would have all others wait behind it. Its jobs outlive
// its session, so that each user has a bound too, which no new session widens. Event-loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace tws {

using JobId = std::uint64_t;
// A WAMP session's id; 0: the event loop itself, which is not bounded.
using CallerId = std::uint64_t;

enum class Turn { kNow, kLater, kNever };

class Callers {
 public:
  // Jobs of one caller's that its worker may have at a time, and that may wait for that.
  static constexpr std::size_t kAtOnce = 8;
  static constexpr std::size_t kWaiting = 500;
  // Of both together; a caller's only job may have more.
  static constexpr std::size_t kBytes = 4UL << 20;
  // The same of all callers of one user, who are all that are anonymous if it is empty.
  static constexpr std::size_t kOfUser = 2000;
  static constexpr std::size_t kBytesOfUser = 16UL << 20;

  // A new job with a body of so many bytes. kNever: it is not taken, and must not be ended.
  Turn begin(CallerId caller, const std::string& user, JobId job, std::size_t bytes);
  // A job that was taken is over, whether it waited or had its turn. Returns the job whose turn comes by that.
  std::optional<JobId> end(CallerId caller, const std::string& user, JobId job, std::size_t bytes);

 private:
  struct Caller {
    std::size_t running = 0;
    std::size_t bytes = 0;
    std::deque<JobId> waiting;
  };
  struct User {
    std::size_t jobs = 0;
    std::size_t bytes = 0;
  };

  std::unordered_map<CallerId, Caller> callers_;
  std::unordered_map<std::string, User> users_;
};

}  // namespace tws
