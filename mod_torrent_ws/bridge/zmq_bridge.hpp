// ZmqBridge: the PULL socket of TorrentWsZmqBind. A message of one frame is what Publisher takes; one of two frames, a
// JSON header and a body, is for whoever asked for results. Nobody gets an answer: what is refused is counted, and
// logged once a minute. Event-loop thread only.
#pragma once

#include <ev.h>

#include <functional>
#include <optional>
#include <string_view>

#include "bridge/curve_gate.hpp"
#include "bridge/publisher.hpp"
#include "io/zmq_socket.hpp"
#include "support/log.hpp"
#include "support/occasional.hpp"
#include "wire/configuration.hpp"

namespace tws {

class ZmqBridge {
 public:
  // An error refuses the message.
  using OnResult = std::function<Status(std::string_view header, std::string_view body)>;

  // Log and publisher outlive it.
  ZmqBridge(struct ev_loop* loop, const Log& log, Publisher& publisher);
  ~ZmqBridge();
  ZmqBridge(const ZmqBridge&) = delete;
  ZmqBridge& operator=(const ZmqBridge&) = delete;

  // For messages of two frames; without it they are refused.
  void set_on_result(OnResult on_result) { on_result_ = std::move(on_result); }
  // Binds there from now on, if it does not already: tries each second until it can. `max_message` in bytes of a frame.
  void configure(const ZmqConfiguration& configuration, std::size_t max_message);
  // Gives the address back; what waits to be read is lost.
  void close();

 private:
  static void on_retry(struct ev_loop* loop, ev_timer* watcher, int events);
  void open();
  Status try_open();
  Status set_options(ZmqSocket& socket) const;
  void receive_some();
  void take(const ZmqMessage& message);
  void refuse(std::string message);
  void tell_refused(const Error& error);

  struct ev_loop* loop_;
  const Log& log_;
  Publisher& publisher_;
  OnResult on_result_;
  ZmqConfiguration configuration_;
  std::size_t max_message_ = 0;
  std::optional<ZmqContext> context_;  // made when it is needed: it starts threads
  std::optional<CurveGate> gate_;
  std::optional<ZmqSocket> socket_;
  std::optional<ZmqWatcher> watcher_;
  ev_timer retry_{};
  Occasional refusals_;
  Occasional strangers_;
  Occasional failures_;
};

}  // namespace tws
