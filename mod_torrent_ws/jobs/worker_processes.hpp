// WorkerProcesses: starts the worker processes, and starts each again when it ends, with back-off. Sees to it that none
// takes more of the machine than it may. Main thread of the torrent-ws process only, except what the event loop asks.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "support/fd.hpp"
#include "support/log.hpp"
#include "wire/configuration.hpp"

namespace tws {

// What a worker is for (docs/worker-protocol.md).
struct WorkerRole {
  std::string role;           // "pool", "daemon" or "handler"
  std::string name;           // the daemon's or the handler's; empty for the pool
  std::string configuration;  // the body of its first frame
};

struct StartedWorker {
  WorkerRole role;
  pid_t pid = 0;
  pid_t previous = 0;  // whose place it takes; 0: it is the first
  Fd socket;           // the loop's end
};

class WorkerProcesses {
 public:
  using Clock = std::chrono::steady_clock;

  // Called for each worker that was started.
  using OnStarted = std::function<void(StartedWorker)>;
  // Called every few seconds for each worker whose memory is bounded: with its resident bytes while they are more than
  // it may have, with 0 otherwise.
  using OnTooLarge = std::function<void(pid_t, std::size_t)>;

  // `output` is what workers have as standard output and error; the caller keeps it.
  WorkerProcesses(const Log& log, int output, OnStarted on_started, OnTooLarge on_too_large);
  // Ends and reaps all of them.
  ~WorkerProcesses();
  WorkerProcesses(const WorkerProcesses&) = delete;
  WorkerProcesses& operator=(const WorkerProcesses&) = delete;

  // The workers that a configuration asks for.
  void configure(const Configuration& configuration);

  // Reaps those that ended, and starts those that are due. Gives the time until it has to be called
  // again, or a negative one for never.
  std::chrono::milliseconds supervise();

  // The following take effect at the next supervise(). Any thread; the caller wakes the main thread.

  // Has a worker killed, and so started again.
  void replace(pid_t pid);
  // Has the pool one worker more.
  void add();
  // A worker is about to leave, as its socket is closed after this call: one of the pool for good. Killed when it does
  // not.
  void dismiss(pid_t pid);

 private:
  struct Slot {
    WorkerRole role;
    std::vector<std::string> command;  // the program's path, and its arguments
    std::size_t max_memory = 0;        // resident bytes; 0: no bound
    pid_t pid = 0;
    pid_t last_pid = 0;
    Clock::time_point started{};
    Clock::time_point killed_at = Clock::time_point::max();  // unless it has left by then
    bool is_over = false;                                    // nobody takes its place
    Clock::time_point next_start{};
    std::chrono::milliseconds back_off{0};
  };

  void add_asked_for();
  void take_requests();
  void start(Slot& slot);
  void reap(Slot& slot);
  void kill_hanging(Slot& slot);
  void check_memory(Clock::time_point now);

  const Log& log_;
  int output_;
  OnStarted on_started_;
  OnTooLarge on_too_large_;
  std::vector<Slot> slots_;
  Slot of_pool_;  // what a worker more begins as
  Clock::time_point next_memory_check_;
  std::mutex mutex_;  // guards the rest
  std::vector<pid_t> to_replace_;
  std::vector<pid_t> to_dismiss_;
  std::size_t to_add_ = 0;
};

}  // namespace tws
