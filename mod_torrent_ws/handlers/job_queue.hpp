// JobQueue: the PUSH socket of a TorrentWsHandler whose workers connect from anywhere. Each job goes to one of them;
// results come in at TorrentWsZmqBind. Event-loop thread only.
#pragma once

#include <string>

#include "bridge/zmq_endpoint.hpp"
#include "handlers/handler_port.hpp"
#include "support/log.hpp"
#include "support/occasional.hpp"
#include "wire/configuration.hpp"

namespace tws {

class JobQueue final : public HandlerPort {
 public:
  // The log outlives it.
  JobQueue(struct ev_loop* loop, const Log& log, std::string name, std::string address);

  // It outlives the queue's last send().
  void set_listener(HandlerPortListener& listener) { listener_ = &listener; }
  // Binds, the first time; who may connect, where CURVE said so then, is as of the last call.
  void configure(const ZmqConfiguration& zmq);
  // Gives the address back, for good.
  void close();

  // HandlerPort
  bool send(const json_t* header, std::string_view body) override;
  // Whoever took the next message from the queue could make nothing of it.
  void tell(std::string_view /*event*/, const std::string& /*body*/) override {}
  [[nodiscard]] bool wants(std::string_view /*name*/) const override { return true; }
  void tick() override {}

 private:
  void tell_failure(const Error& error);

  const Log& log_;
  const std::string name_;
  const std::string address_;
  HandlerPortListener* listener_ = nullptr;
  ZmqEndpoint push_;
  bool is_configured_ = false;
  Occasional failures_;
};

}  // namespace tws
