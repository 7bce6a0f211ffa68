#include "loop/relay_processes.hpp"

#include <sys/socket.h>

namespace tws {

void RelayProcesses::add(pid_t relay, Fd counter) {
  auto entry = std::make_unique<Relay>(*this, relay, std::move(counter));
  ev_io_init(&entry->readable, on_readable, entry->counter.get(), EV_READ);
  entry->readable.data = entry.get();
  ev_io_start(loop_, &entry->readable);
  relays_.insert_or_assign(relay, std::move(entry));
}

std::vector<pid_t> RelayProcesses::pids() const {
  std::vector<pid_t> pids;
  for (const auto& [pid, relay] : relays_) {
    pids.push_back(pid);
  }
  return pids;
}

std::size_t RelayProcesses::connections() const {
  std::size_t count = 0;
  for (const auto& [pid, relay] : relays_) {
    count += relay->connections;
  }
  return count;
}

void RelayProcesses::on_readable(struct ev_loop* /*loop*/, ev_io* watcher, int /*events*/) {
  auto* relay = static_cast<Relay*>(watcher->data);
  std::uint32_t connections = 0;
  ssize_t size = 0;
  while ((size = recv(relay->counter.get(), &connections, sizeof connections, MSG_DONTWAIT)) ==
         static_cast<ssize_t>(sizeof connections)) {
    relay->connections = connections;
  }
  if (size == 0) {
    relay->owner->relays_.erase(relay->pid);
  }
}

}  // namespace tws
