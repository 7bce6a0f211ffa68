// Pulse: the kernel sends this process SIGCONT, again and again, so that it goes on when somebody has stopped
// it (SIGSTOP). Main thread only, which has SIGCONT blocked and reads it from a signalfd.
#pragma once

#include <array>
#include <chrono>
#include <csignal>
#include <ctime>

namespace tws {

class Pulse {
 public:
  static constexpr auto kPeriod = std::chrono::milliseconds(400);

  Pulse();
  // False when the system has no timers left.
  [[nodiscard]] bool beats() const { return beats_; }

  // To be called for each SIGCONT that comes of a timer (si_code SI_TIMER).
  void on_beat();

 private:
  // A SIGSTOP discards a SIGCONT that was not read yet, and its timer would not fire again: so there is a
  // second one, which is put off as long as the first one beats.
  std::array<timer_t, 2> timers_{};
  bool beats_ = true;
};

}  // namespace tws
