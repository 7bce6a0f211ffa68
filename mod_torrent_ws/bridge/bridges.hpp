// Bridges: the three ways in which somebody outside publishes to the realm (docs/pushing.md). Event-loop thread only.
#pragma once

#include <ev.h>

#include <string>

#include "bridge/http_bridge.hpp"
#include "bridge/publisher.hpp"
#include "bridge/unix_bridge.hpp"
#include "bridge/zmq_bridge.hpp"
#include "support/fd.hpp"
#include "support/json.hpp"
#include "support/log.hpp"
#include "wamp/realm.hpp"
#include "wire/configuration.hpp"
#include "wire/handover.hpp"

namespace tws {

class Bridges {
 public:
  // Log and realm outlive it.
  Bridges(struct ev_loop* loop, const Log& log, wamp::Realm& realm)
      : publisher_(realm),
        http_(loop, log, realm, publisher_),
        unix_(loop, log, publisher_),
        zmq_(loop, log, publisher_) {}

  void configure(const Configuration& configuration);
  // A publication over HTTP.
  void take(Fd socket, const Handover& handover) { http_.take(std::move(socket), handover); }
  // Where local programs connect from now on: a listening socket, or none.
  void listen(Fd socket) { unix_.listen(std::move(socket)); }
  // Gives back the addresses that the next torrent-ws process needs. What is under way comes to its end.
  void leave() { zmq_.close(); }
  Publisher& publisher() { return publisher_; }
  // For messages over ZeroMQ that are no publications (bridge/zmq_bridge.hpp).
  void set_on_result(ZmqBridge::OnResult on_result) { zmq_.set_on_result(std::move(on_result)); }

  // For the status: {"http": how many publications, "unix": …, "zmq": …}, and the same of refused ones.
  [[nodiscard]] json_t* published_json() const;
  [[nodiscard]] json_t* refused_json() const;

 private:
  Publisher publisher_;
  HttpBridge http_;
  UnixBridge unix_;
  ZmqBridge zmq_;
};

}  // namespace tws
