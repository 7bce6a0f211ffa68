#include "loop/pulse.hpp"

namespace tws {

namespace {

timespec to_timespec(std::chrono::nanoseconds time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  return {seconds.count(), (time - seconds).count()};
}

}  // namespace

Pulse::Pulse() {
  sigevent event{};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGCONT;
  for (timer_t& timer : timers_) {
    beats_ = beats_ && timer_create(CLOCK_MONOTONIC, &event, &timer) == 0;
  }
  on_beat();
}

void Pulse::on_beat() {
  auto first = std::chrono::nanoseconds(kPeriod);
  for (timer_t timer : timers_) {
    const itimerspec times{to_timespec(kPeriod), to_timespec(first)};
    if (beats_) {
      timer_settime(timer, 0, &times, nullptr);
    }
    first += kPeriod / 2;
  }
}

}  // namespace tws
