// CurveGate: answers libzmq's question who may connect (ZAP, ZeroMQ RFC 27): those whose public keys are listed.
// Event-loop thread only.
#pragma once

#include <ev.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "io/zmq_socket.hpp"

namespace tws {

class CurveGate {
 public:
  static constexpr const char* kDomain = "torrent-ws";

  // `on_refused` is called for each try of somebody whose key is not listed. The context outlives it.
  CurveGate(struct ev_loop* loop, std::function<void()> on_refused) : loop_(loop), on_refused_(std::move(on_refused)) {}

  // To be opened before a socket with CURVE is bound: libzmq lets everybody in where nobody answers.
  Status open(ZmqContext& context);
  // Has a server's socket, before it is bound, let in those alone. The secret key is in Z85.
  static Status protect(ZmqSocket& socket, const std::string& server_secret);
  // Z85. Who is connected stays.
  void admit(const std::vector<std::string>& client_keys);

 private:
  void answer_one();

  struct ev_loop* loop_;
  std::function<void()> on_refused_;
  std::unordered_set<std::string> admitted_;  // 32 bytes each
  std::optional<ZmqSocket> socket_;
  std::optional<ZmqWatcher> watcher_;
};

}  // namespace tws
