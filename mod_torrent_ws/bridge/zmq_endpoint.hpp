// ZmqEndpoint: an address of the server's that ZeroMQ's clients connect to: the bound socket, CURVE's gate before it,
// and another try each second while somebody else has the address. Event-loop thread only.
#pragma once

#include <ev.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bridge/curve_gate.hpp"
#include "io/zmq_socket.hpp"
#include "support/result.hpp"
#include "wire/configuration.hpp"

namespace tws {

class ZmqEndpoint {
 public:
  struct Use {
    int type = 0;                                  // ZMQ_PULL or ZMQ_PUSH
    std::function<Status(ZmqSocket&)> set_limits;  // its high-water mark, and what else is its own
    int events = 0;                                // ZMQ_POLLIN or ZMQ_POLLOUT: what on_ready is wanted for at first
    std::function<void()> on_ready;                // see ZmqWatcher
    std::function<void(const Error&)> on_failure;  // it could not be bound; not called for the first try
    std::function<void()> on_stranger = [] {};     // a client was refused, by its key
  };

  ZmqEndpoint(struct ev_loop* loop, Use use);
  ~ZmqEndpoint() { close(); }
  ZmqEndpoint(const ZmqEndpoint&) = delete;
  ZmqEndpoint& operator=(const ZmqEndpoint&) = delete;

  // It is not open. CURVE and its keys are those of the configuration.
  void open(const std::string& address, const ZmqConfiguration& configuration);
  // Who may connect from now on, where there is CURVE.
  void admit(const std::vector<std::string>& client_keys);
  // Gives the address back; what waits is lost.
  void close();

  // Null: it is not bound, or not yet.
  [[nodiscard]] ZmqSocket* socket() { return watcher_ ? &*socket_ : nullptr; }
  // While there is a socket.
  void want(int events) { watcher_->want(events); }

 private:
  static void on_retry(struct ev_loop* loop, ev_timer* watcher, int events);
  void try_to_open();
  Status bind();

  struct ev_loop* loop_;
  const Use use_;
  std::string address_;
  ZmqConfiguration configuration_;
  std::optional<ZmqContext> context_;  // made when it is needed: it starts threads
  std::optional<CurveGate> gate_;
  std::optional<ZmqSocket> socket_;
  std::optional<ZmqWatcher> watcher_;
  ev_timer retry_{};
};

}  // namespace tws
