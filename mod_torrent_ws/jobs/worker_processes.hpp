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

class WorkerProcesses {
 public:
  using Clock = std::chrono::steady_clock;

  // Called for each worker that was started: its name (a daemon's, or empty for the pool), pid, the
  // loop's end of its socket and its configuration (docs/worker-protocol.md).
  using OnStarted = std::function<void(std::string name, pid_t pid, Fd socket, std::string configuration)>;

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
    std::string name;
    std::string configuration;
    pid_t pid = 0;
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
  std::string program_;
  std::vector<Slot> slots_;
  std::mutex mutex_;  // guards to_replace_
  std::vector<pid_t> to_replace_;
};

}  // namespace tws
