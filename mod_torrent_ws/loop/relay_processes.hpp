// RelayProcesses: what the event loop knows of the relay processes (apache/relay_process.hpp): they go
// on with TLS connections of httpd children that have left. Event-loop thread only.
#pragma once

#include <ev.h>
#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "support/fd.hpp"

namespace tws {

class RelayProcesses {
 public:
  explicit RelayProcesses(struct ev_loop* loop) : loop_(loop) {}
  RelayProcesses(const RelayProcesses&) = delete;
  RelayProcesses& operator=(const RelayProcesses&) = delete;

  // A relay process has begun; `counter` brings the number of its connections, and ends with it.
  void add(pid_t relay, Fd counter);

  [[nodiscard]] std::vector<pid_t> pids() const;
  [[nodiscard]] std::size_t connections() const;

 private:
  struct Relay {
    Relay(RelayProcesses& relays, pid_t relay, Fd socket) : owner(&relays), pid(relay), counter(std::move(socket)) {}
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;
    ~Relay() { ev_io_stop(owner->loop_, &readable); }
    RelayProcesses* owner;
    pid_t pid;
    Fd counter;
    ev_io readable{};
    std::uint32_t connections = 0;
  };

  static void on_readable(struct ev_loop* loop, ev_io* watcher, int events);

  struct ev_loop* loop_;
  std::map<pid_t, std::unique_ptr<Relay>> relays_;
};

}  // namespace tws
