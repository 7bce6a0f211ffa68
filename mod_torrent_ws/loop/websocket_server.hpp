// WebSocketServer: the libwebsockets context of the event loop, and the connections in it.
// libwebsockets answers the handshake, reads and unmasks frames, and answers pings; what goes out is
// framed by us (frame.hpp). Event-loop thread only.
#pragma once

#include <ev.h>
#include <libwebsockets.h>

#include <functional>
#include <memory>
#include <unordered_map>

#include "loop/connection.hpp"
#include "support/fd.hpp"
#include "support/log.hpp"
#include "wire/handover.hpp"

namespace tws {

// Makes what speaks on a new connection, by the handover's endpoint and realm; null: unknown.
using ProtocolFactory = std::function<std::unique_ptr<Protocol>(const Handover&, Transport&)>;

struct ConnectionCounts {
  std::size_t ws = 0;
  std::size_t wss = 0;
  std::size_t blocking = 0;  // of those, the ones behind a blocking relay
};

struct ServerLimits {
  std::size_t max_connections = 0;
  std::size_t max_blocking_relays = 0;
  ConnectionLimits connection{};  // of new ones
};

class WebSocketServer {
 public:
  WebSocketServer(struct ev_loop* loop, const Log& log, ProtocolFactory make_protocol);
  ~WebSocketServer();
  WebSocketServer(const WebSocketServer&) = delete;
  WebSocketServer& operator=(const WebSocketServer&) = delete;

  // False when libwebsockets or its libev plugin does not start.
  [[nodiscard]] bool started() const { return vhost_ != nullptr; }
  void set_limits(const ServerLimits& limits) { limits_ = limits; }
  void set_access_log(Fd file) { access_log_.set_file(std::move(file)); }

  // Takes a client's socket over and answers its handshake.
  void adopt(Fd socket, const Handover& handover);

  // The relay of the connection with this cookie has had its time: its client is to come back.
  void expire(std::uint64_t cookie);

  // Tells so many of the clients that are still there that the server leaves. Connections go as they close.
  void shut_down(CloseCode code, std::string_view reason, std::size_t count);

  // To be called now and then: ends those whose clients do not let themselves be closed. lws would first wait
  // for what it still has to send.
  void end_overdue();

  [[nodiscard]] ConnectionCounts connections() const { return counts_; }
  [[nodiscard]] const TrafficCounts& traffic() const { return traffic_; }

 private:
  static int on_lws_event(lws* wsi, lws_callback_reasons reason, void* user, void* in, size_t size);
  static void on_before_wait(struct ev_loop* loop, ev_prepare* watcher, int events);
  int on_event(lws* wsi, lws_callback_reasons reason, std::string_view data);
  int establish(lws* wsi);
  void forget(lws* wsi);
  void count(const Connection& connection, int difference);
  [[nodiscard]] const char* reason_to_refuse(const Handover& handover) const;

  struct ev_loop* loop_;
  const Log& log_;
  ProtocolFactory make_protocol_;
  lws_context* context_ = nullptr;
  lws_vhost* vhost_ = nullptr;
  ev_prepare before_wait_{};
  ServerLimits limits_;
  AccessLog access_log_;
  FlushQueue flush_queue_;
  TrafficCounts traffic_;
  ConnectionCounts counts_;
  // Set while a socket is adopted: lws establishes the connection inside that call.
  const Handover* adopting_ = nullptr;
  std::uint64_t adopting_cookie_ = 0;
  std::unordered_map<lws*, std::unique_ptr<Connection>> connections_;
};

}  // namespace tws
