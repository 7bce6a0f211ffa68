// DaemonHealth: whether a daemon answers, since when, and when to try again.
#pragma once

#include <string>

#include "worker/timers.hpp"

namespace tws::worker {

class DaemonHealth {
 public:
  enum class State {
    kUnknown,  // nothing asked yet
    kUp,
    kBusy,  // connected, but it has not answered for kBusyAfter
    kDown,  // no connection, turned away, or no answer in time
  };

  static constexpr std::chrono::seconds kBusyAfter{2};

  void answered();
  // It answers, but nothing that makes sense: down, until makes_sense(), whatever else it answers.
  void makes_no_sense(std::string reason);
  void makes_sense();
  // A request sent at this time (Unix seconds) waits for longer than kBusyAfter.
  void overdue(double sent);
  // `sent`: when the failed request was. `unauthorized`: transmission-daemon locks everybody out after
  // 100 wrong passwords, so the next try comes much later.
  void failed(std::string reason, double sent, bool unauthorized);
  // Nothing known again: the next request is to go out at once. Not so while the daemon does not admit us, or has an
  // answer to give.
  void forget();

  DaemonHealth() = default;

  [[nodiscard]] State state() const { return state_; }
  // It does not answer now.
  [[nodiscard]] bool is_out() const { return state_ == State::kBusy || state_ == State::kDown; }
  [[nodiscard]] const char* state_name() const;
  [[nodiscard]] double since() const { return since_; }
  [[nodiscard]] const std::string& reason() const { return reason_; }
  [[nodiscard]] Clock::time_point retry_at() const { return retry_at_; }
  // It is down, and before that nothing is asked, but for a command.
  [[nodiscard]] bool is_resting(Timers& timers) const { return state_ == State::kDown && !timers.due(retry_at_); }
  // It did not admit us: nothing is asked, commands included.
  [[nodiscard]] bool is_locked() const { return Clock::now() < locked_until_; }
  [[nodiscard]] Clock::time_point last_answer() const { return last_answer_; }
  // Grows with each change of state or reason.
  [[nodiscard]] unsigned revision() const { return revision_; }

 private:
  explicit DaemonHealth(unsigned revision) : revision_(revision) {}
  void enter(State state, double since, std::string reason);

  State state_ = State::kUnknown;
  double since_ = 0;
  std::string reason_;
  Clock::time_point retry_at_{};
  Clock::time_point locked_until_{};
  Clock::time_point last_answer_{};
  bool makes_sense_ = true;
  std::chrono::seconds back_off_{0};
  unsigned revision_ = 0;
};

}  // namespace tws::worker
