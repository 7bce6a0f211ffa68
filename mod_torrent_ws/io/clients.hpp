// Clients: those that are connected to one of the server's Unix sockets. A client may end in its own callbacks, and is
// destroyed in the next turn of the loop. Event-loop thread only.
#pragma once

#include <ev.h>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace tws {

// A Client has end(), and has_ended().
template <typename Client>
class Clients {
 public:
  explicit Clients(struct ev_loop* loop) : loop_(loop) {
    ev_timer_init(&reap_, on_reap, 0, 0);
    reap_.data = this;
  }
  ~Clients() {
    clients_.clear();
    ev_timer_stop(loop_, &reap_);
  }
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;

  Client& add(std::unique_ptr<Client> client) { return *clients_.emplace_back(std::move(client)); }
  [[nodiscard]] std::size_t size() const { return clients_.size(); }
  void end_all() {
    for (const auto& client : clients_) {
      client->end();
    }
  }
  // One of them has ended.
  void reap() { ev_timer_start(loop_, &reap_); }

 private:
  static void on_reap(struct ev_loop* /*loop*/, ev_timer* watcher, int /*events*/) {
    std::erase_if(static_cast<Clients*>(watcher->data)->clients_,
                  [](const auto& client) { return client->has_ended(); });
  }

  struct ev_loop* loop_;
  ev_timer reap_{};
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace tws
