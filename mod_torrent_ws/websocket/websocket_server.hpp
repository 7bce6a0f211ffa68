// WebSocketServer: the libwebsockets context of the event loop, and the connections in it. libwebsockets adopts
// their sockets and tells when one can be read or written; what the bytes mean is read by message_reader.hpp, and
// what goes out is framed by frame.hpp. Event-loop thread only.
#pragma once

#include <ev.h>
#include <libwebsockets.h>

#include <functional>
#include <memory>
#include <unordered_map>

#include "support/fd.hpp"
#include "support/log.hpp"
#include "websocket/connection.hpp"
#include "wire/handover.hpp"

namespace tws {

// Makes what speaks on a new connection, by the handover's endpoint and realm; null: unknown.
using ProtocolFactory = std::function<std::unique_ptr<Protocol>(const Handover&, Transport&)>;

struct ServerLimits {
  AdmissionLimits admission;
  ConnectionLimits connection;
};

class WebSocketServer {
 public:
  WebSocketServer(struct ev_loop* loop, const Log& log, ProtocolFactory make_protocol);
  ~WebSocketServer();
  WebSocketServer(const WebSocketServer&) = delete;
  WebSocketServer& operator=(const WebSocketServer&) = delete;

  // False when libwebsockets or its libev plugin does not start.
  [[nodiscard]] bool started() const { return vhost_ != nullptr; }
  // Of all connections, those that are open already included.
  void set_limits(const ServerLimits& limits);
  void set_access_log(Fd file) { access_log_.set_file(std::move(file)); }

  // Takes a client's socket over and answers its handshake.
  void adopt(Fd socket, const Handover& handover);

  // The relay of the connection with this cookie has had its time: its client is to come back.
  void expire(std::uint64_t cookie);

  // Tells so many of the clients that are still there that the server leaves. Connections go as they close.
  void shut_down(CloseCode code, std::string_view reason, std::size_t count);

  [[nodiscard]] const ConnectionCounts& connections() const { return admission_.counts(); }
  [[nodiscard]] const TrafficCounts& traffic() const { return traffic_; }
  [[nodiscard]] Refusals& refusals() { return refusals_; }
  [[nodiscard]] const Refusals& refusals() const { return refusals_; }

 private:
  static int on_lws_event(lws* wsi, lws_callback_reasons reason, void* user, void* in, size_t size);
  static void on_before_wait(struct ev_loop* loop, ev_prepare* watcher, int events);
  int on_event(lws* wsi, lws_callback_reasons reason, std::string_view data);
  int establish(lws* wsi);
  void forget(lws* wsi);

  struct ev_loop* loop_;
  const Log& log_;
  ProtocolFactory make_protocol_;
  lws_context* context_ = nullptr;
  lws_vhost* vhost_ = nullptr;
  ev_prepare before_wait_{};
  ConnectionLimits limits_;
  AccessLog access_log_;
  FlushQueue flush_queue_;
  TrafficCounts traffic_;
  Admission admission_;
  Refusals refusals_;
  ConnectionServices services_;
  // Set while a socket is adopted: lws calls back inside that call.
  const Handover* adopting_ = nullptr;
  std::uint64_t last_number_ = 0;
  std::unordered_map<lws*, std::unique_ptr<Connection>> connections_;
};

}  // namespace tws
