#include "loop/websocket_server.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "loop/handshake.hpp"

namespace tws {

namespace {

constexpr std::string_view kOverLimit =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
constexpr std::size_t kReceiveBuffer = 16UL << 10;
constexpr const char* kDeflate = "permessage-deflate";

// A ping after so long without a sign of life, and the end without an answer to it.
constexpr int kPingAfterSeconds = 30;
constexpr int kHangUpAfterSeconds = 45;

// RFC 6455, 5.5.1: two bytes, or none.
CloseCode close_code_of(std::string_view payload) {
  if (payload.size() < 2) {
    return CloseCode::kNone;
  }
  return static_cast<CloseCode>(static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]));
}

// Negotiates as libwebsockets' own does, but leaves payloads as they came: Connection inflates them.
int on_deflate_event(lws_context* context, const lws_extension* extension, lws* wsi,
                     lws_extension_callback_reasons reason, void* user, void* in, std::size_t size) {
  return reason == LWS_EXT_CB_PAYLOAD_RX
             ? 0
             : lws_extension_callback_pm_deflate(context, extension, wsi, reason, user, in, size);
}

}  // namespace

WebSocketServer::WebSocketServer(struct ev_loop* loop, const Log& log, ProtocolFactory make_protocol)
    : loop_(loop), log_(log), make_protocol_(std::move(make_protocol)) {
  // lws tells of clients' mistakes and of its own doings at these levels; what matters is logged by us.
  lws_set_log_level(0, nullptr);

  // The names are those that a client may get as its subprotocol; the first also serves those without.
  static const std::array<lws_protocols, 3> protocols = {{
      {"none", on_lws_event, 0, kReceiveBuffer, 0, nullptr, Frame::kFragment},
      {"wamp.2.json", on_lws_event, 0, kReceiveBuffer, 0, nullptr, Frame::kFragment},
      {nullptr, nullptr, 0, 0, 0, nullptr, 0},
  }};
  static const std::array<lws_extension, 2> extensions = {{
      {kDeflate, on_deflate_event, kDeflate},
      {nullptr, nullptr, nullptr},
  }};
  static const lws_retry_bo_t keep_alive = {nullptr, 0, 0, kPingAfterSeconds, kHangUpAfterSeconds, 0};
  std::array<void*, 1> loops = {loop};
  lws_context_creation_info info{};
  info.port = CONTEXT_PORT_NO_LISTEN;
  info.options = LWS_SERVER_OPTION_LIBEV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
  info.foreign_loops = loops.data();
  info.protocols = protocols.data();
  info.extensions = extensions.data();
  info.retry_and_idle_policy = &keep_alive;
  info.pt_serv_buf_size = kReceiveBuffer;
  info.user = this;
  context_ = lws_create_context(&info);
  vhost_ = context_ != nullptr ? lws_create_vhost(context_, &info) : nullptr;

  ev_prepare_init(&before_wait_, on_before_wait);
  before_wait_.data = this;
  ev_prepare_start(loop_, &before_wait_);
  ev_unref(loop_);
}

WebSocketServer::~WebSocketServer() {
  ev_ref(loop_);
  ev_prepare_stop(loop_, &before_wait_);
  if (context_ != nullptr) {
    lws_context_destroy(context_);
  }
}

const char* WebSocketServer::reason_to_refuse(const Handover& handover) const {
  if (connections_.size() >= limits_.max_connections) {
    return "there are TorrentWsMaxConnections already; raise it if the machine can bear more";
  }
  if (handover.blocking && counts_.blocking >= limits_.max_blocking_relays) {
    return "there are TorrentWsMaxBlockingRelays already; raise it if httpd has threads to spare";
  }
  return nullptr;
}

void WebSocketServer::adopt(Fd socket, const Handover& handover) {
  if (const char* reason = reason_to_refuse(handover)) {
    log_.write(LogLevel::kWarning, "TWS0202", std::string("connection refused: ") + reason);
    [[maybe_unused]] const auto sent =
        ::send(socket.get(), kOverLimit.data(), kOverLimit.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return;
  }
  const bool deflate = accepts_deflate(handover.extensions);
  const std::string head = request_head(handover, deflate) + handover.drained;
  adopting_ = &handover;
  adopting_cookie_ = socket_cookie(socket.get());
  lws_adopt_socket_vhost_readbuf(vhost_, socket.release(), head.data(), head.size());
  adopting_ = nullptr;
}

void WebSocketServer::expire(std::uint64_t cookie) {
  const auto found = std::find_if(connections_.begin(), connections_.end(),
                                  [cookie](const auto& entry) { return entry.second->cookie() == cookie; });
  if (found != connections_.end()) {
    found->second->shut_down(CloseCode::kServiceRestart, "connect again");
  }
}

void WebSocketServer::shut_down(CloseCode code, std::string_view reason, std::size_t count) {
  for (auto at = connections_.begin(); at != connections_.end() && count > 0; ++at) {
    if (!at->second->is_closing()) {
      at->second->shut_down(code, reason);
      --count;
    }
  }
}

void WebSocketServer::end_overdue() {
  if (traffic_.closing == 0) {
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  for (const auto& [wsi, connection] : connections_) {
    if (connection->is_overdue(now)) {
      ::shutdown(lws_get_socket_fd(wsi), SHUT_RDWR);
    }
  }
}

void WebSocketServer::on_before_wait(struct ev_loop* /*loop*/, ev_prepare* watcher, int /*events*/) {
  static_cast<WebSocketServer*>(watcher->data)->flush_queue_.flush();
}

int WebSocketServer::on_lws_event(lws* wsi, lws_callback_reasons reason, void* /*user*/, void* in, size_t size) {
  auto* server = static_cast<WebSocketServer*>(lws_context_user(lws_get_context(wsi)));
  return server->on_event(wsi, reason, {static_cast<const char*>(in), size});
}

int WebSocketServer::on_event(lws* wsi, lws_callback_reasons reason, std::string_view data) {
  if (reason == LWS_CALLBACK_ESTABLISHED) {
    return establish(wsi);
  }
  if (reason == LWS_CALLBACK_CLOSED) {
    forget(wsi);
    return 0;
  }
  if (reason != LWS_CALLBACK_RECEIVE && reason != LWS_CALLBACK_SERVER_WRITEABLE &&
      reason != LWS_CALLBACK_WS_PEER_INITIATED_CLOSE) {
    return 0;
  }
  const auto found = connections_.find(wsi);
  if (found == connections_.end()) {
    return -1;
  }
  if (reason == LWS_CALLBACK_WS_PEER_INITIATED_CLOSE) {
    found->second->on_peer_close(close_code_of(data));
    return 0;  // lws answers it
  }
  return reason == LWS_CALLBACK_RECEIVE ? found->second->on_receive(data) : found->second->on_writable();
}

int WebSocketServer::establish(lws* wsi) {
  if (adopting_ == nullptr) {
    return -1;
  }
  const bool deflate = accepts_deflate(adopting_->extensions);
  auto connection = std::make_unique<Connection>(wsi, *adopting_, adopting_cookie_, deflate, limits_.connection,
                                                 flush_queue_, traffic_);
  auto protocol = make_protocol_(*adopting_, *connection);
  if (!protocol) {
    return -1;
  }
  connection->set_protocol(std::move(protocol));
  count(*connection, 1);
  connections_.emplace(wsi, std::move(connection));
  return 0;
}

void WebSocketServer::forget(lws* wsi) {
  const auto found = connections_.find(wsi);
  if (found != connections_.end()) {
    access_log_.write(found->second->closed());
    count(*found->second, -1);
    connections_.erase(found);
  }
}

void WebSocketServer::count(const Connection& connection, int difference) {
  const auto change = static_cast<std::size_t>(difference);  // -1 wraps around, and back
  (connection.is_tls() ? counts_.wss : counts_.ws) += change;
  counts_.blocking += connection.is_relayed_blocking() ? change : 0;
}

}  // namespace tws
