// ZmqBridge: the PULL socket of TorrentWsZmqBind. A message of one frame is what Publisher takes; one of two frames, a
// JSON header and a body, is for whoever asked for results. Nobody gets an answer: what is refused is counted, and
// logged once a minute. Event-loop thread only.
#pragma once

#include <functional>
#include <string_view>

#include "bridge/publisher.hpp"
#include "bridge/zmq_endpoint.hpp"
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

  // For messages of two frames; without it they are refused.
  void set_on_result(OnResult on_result) { on_result_ = std::move(on_result); }
  // Binds there from now on, if it does not already: tries each second until it can. `max_message` in bytes of a frame.
  void configure(const ZmqConfiguration& configuration, std::size_t max_message);
  // Gives the address back; what waits to be read is lost.
  void close();

 private:
  void tell_failure(const Error& error);
  void tell_stranger();
  void receive_some();
  void take(const ZmqMessage& message);
  void refuse(std::string message);
  void tell_refused(const Error& error);

  const Log& log_;
  Publisher& publisher_;
  OnResult on_result_;
  ZmqConfiguration configuration_;
  std::size_t max_message_ = 0;
  ZmqEndpoint pull_;
  Occasional refusals_;
  Occasional strangers_;
  Occasional failures_;
};

}  // namespace tws
