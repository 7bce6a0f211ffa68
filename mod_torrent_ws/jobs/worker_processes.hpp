// WorkerProcesses: starts the worker processes, and starts each again when it ends, with back-off.
// Main thread of the torrent-ws process only, except replace().
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

  // `output` is what workers have as standard output and error; the caller keeps it.
  WorkerProcesses(const Log& log, int output, OnStarted on_started);
  // Ends and reaps all of them.
  ~WorkerProcesses();
  WorkerProcesses(const WorkerProcesses&) = delete;
  WorkerProcesses& operator=(const WorkerProcesses&) = delete;

  // The workers that a configuration asks for.
  void configure(const Configuration& configuration);

  // Reaps those that ended, and starts those that are due. Gives the time until it has to be called
  // again, or a negative one for never.
  std::chrono::milliseconds supervise();

  // Has a worker killed at the next supervise(). Any thread; the caller wakes the main thread.
  void replace(pid_t pid);

 private:
  struct Slot {
    WorkerRole role;
    std::vector<std::string> command;  // the program's path, and its arguments
    pid_t pid = 0;
    pid_t last_pid = 0;
    Clock::time_point started;
    Clock::time_point next_start;
    std::chrono::milliseconds back_off{0};
  };

  void start(Slot& slot);
  void reap(Slot& slot);
  void kill_replaced();

  const Log& log_;
  int output_;
  OnStarted on_started_;
  std::vector<Slot> slots_;
  std::mutex mutex_;  // guards to_replace_
  std::vector<pid_t> to_replace_;
};

}  // namespace tws
