// JobQueue: the PUSH socket of a TorrentWsHandler whose workers connect from anywhere. Each job goes to one of them;
// results come in at TorrentWsZmqBind. Event-loop thread only.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "bridge/curve_gate.hpp"
#include "handlers/handler_port.hpp"
#include "io/zmq_socket.hpp"
#include "support/log.hpp"
#include "support/occasional.hpp"
#include "wire/configuration.hpp"

namespace tws {

class JobQueue final : public HandlerPort {
 public:
  using Clock = std::chrono::steady_clock;

  // The log outlives it.
  JobQueue(struct ev_loop* loop, const Log& log, std::string name, std::string address)
      : loop_(loop), log_(log), name_(std::move(name)), address_(std::move(address)) {}

  // It outlives the queue's last send().
  void set_listener(HandlerPortListener& listener) { listener_ = &listener; }
  // Binds, if it has not; who may connect, where CURVE says so, is as of the last call.
  void configure(const ZmqConfiguration& zmq);
  // Gives the address back, for good.
  void close();

  // HandlerPort
  bool send(const json_t* header, std::string_view body) override;
  // Whoever took the next message from the queue could make nothing of it.
  void tell(std::string_view /*event*/, const std::string& /*body*/) override {}
  [[nodiscard]] bool wants(std::string_view /*name*/) const override { return true; }
  // Binds again where the address was taken.
  void tick() override;

 private:
  Status open();
  [[nodiscard]] Status set_options();

  struct ev_loop* loop_;
  const Log& log_;
  const std::string name_;
  const std::string address_;
  HandlerPortListener* listener_ = nullptr;
  ZmqConfiguration zmq_;
  std::optional<ZmqContext> context_;  // made when it is needed: it starts threads
  std::optional<CurveGate> gate_;
  std::optional<ZmqSocket> socket_;
  std::optional<ZmqWatcher> watcher_;
  bool is_configured_ = false;
  bool is_closed_ = false;
  Clock::time_point next_try_;
  Occasional failures_;
};

}  // namespace tws
