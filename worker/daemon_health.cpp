#include "worker/daemon_health.hpp"

namespace tws::worker {

namespace {

constexpr std::chrono::seconds kFirstBackOff{1};
constexpr std::chrono::seconds kLongestBackOff{15};
constexpr std::chrono::seconds kUnauthorizedBackOff{300};

}  // namespace

void DaemonHealth::answered() {
  last_answer_ = Clock::now();
  locked_until_ = {};
  if (!makes_sense_) {
    return;
  }
  back_off_ = std::chrono::seconds(0);
  if (state_ != State::kUp) {
    enter(State::kUp, unix_time(), {});
  }
}

void DaemonHealth::forget() {
  if (state_ != State::kBusy && !is_locked()) {
    *this = DaemonHealth(revision_ + 1);
  }
}

void DaemonHealth::makes_no_sense(std::string reason) {
  makes_sense_ = false;
  failed(std::move(reason), unix_time(), false);
}

void DaemonHealth::makes_sense() {
  makes_sense_ = true;
  answered();
}

void DaemonHealth::overdue(double sent) {
  if (!is_out()) {
    enter(State::kBusy, sent, "the daemon does not answer at the moment: it may be busy with its disks");
  }
}

void DaemonHealth::failed(std::string reason, double sent, bool unauthorized) {
  back_off_ = std::clamp(back_off_ * 2, kFirstBackOff, kLongestBackOff);
  const auto now = Clock::now();
  locked_until_ = unauthorized ? now + kUnauthorizedBackOff : locked_until_;
  retry_at_ = std::max(now + back_off_, locked_until_);
  const bool was_out = is_out();
  if (state_ != State::kDown || reason_ != reason) {
    enter(State::kDown, was_out ? since_ : sent, std::move(reason));
  }
}

const char* DaemonHealth::state_name() const {
  switch (state_) {
    case State::kUp:
      return "up";
    case State::kBusy:
      return "busy";
    default:
      return "down";
  }
}

void DaemonHealth::enter(State state, double since, std::string reason) {
  state_ = state;
  since_ = since;
  reason_ = std::move(reason);
  ++revision_;
}

}  // namespace tws::worker
