#include "websocket/websocket_server.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "websocket/descriptors.hpp"
#include "websocket/handshake.hpp"
#include "wire/error_uris.hpp"

namespace tws {

namespace {

constexpr std::string_view kOverLimit =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
constexpr std::size_t kReceiveBuffer = 16UL << 10;
constexpr const char* kProtocol = "websocket";

}  // namespace

WebSocketServer::WebSocketServer(struct ev_loop* loop, const Log& log, ProtocolFactory make_protocol)
    : loop_(loop),
      log_(log),
      make_protocol_(std::move(make_protocol)),
      refusals_(log),
      services_{loop, log, limits_, admission_, refusals_, flush_queue_, traffic_} {
  // lws tells of clients' mistakes and of its own doings at these levels; what matters is logged by us.
  lws_set_log_level(0, nullptr);

  static const std::array<lws_protocols, 2> protocols = {{
      {kProtocol, on_lws_event, 0, kReceiveBuffer, 0, nullptr, 0},
      {nullptr, nullptr, 0, 0, 0, nullptr, 0},
  }};
  std::array<void*, 1> loops = {loop};
  lws_context_creation_info info{};
  info.port = CONTEXT_PORT_NO_LISTEN;
  info.options = LWS_SERVER_OPTION_LIBEV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
  info.foreign_loops = loops.data();
  info.protocols = protocols.data();
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

void WebSocketServer::set_limits(const ServerLimits& limits) {
  admission_.set_limits(limits.admission);
  limits_ = limits.connection;
  for (const auto& [wsi, connection] : connections_) {
    connection->set_timer();
  }
}

void WebSocketServer::adopt(Fd socket, const Handover& handover) {
  const auto refusal = is_of_the_last_descriptors(socket.get()) ? std::optional(Refusal::kDescriptors)
                                                                : admission_.reason_to_refuse(handover);
  if (refusal) {
    refusals_.count(*refusal, handover.address);
    [[maybe_unused]] const auto sent =
        ::send(socket.get(), kOverLimit.data(), kOverLimit.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return;
  }
  lws_sock_file_fd_type descriptor{};
  descriptor.sockfd = socket.release();
  adopting_ = &handover;
  // As a socket without HTTP: lws calls back with LWS_CALLBACK_RAW_….
  lws_adopt_descriptor_vhost(vhost_, LWS_ADOPT_SOCKET, descriptor, kProtocol, nullptr);
  adopting_ = nullptr;
}

void WebSocketServer::expire(std::uint64_t cookie) {
  const auto found = std::find_if(connections_.begin(), connections_.end(),
                                  [cookie](const auto& entry) { return entry.second->cookie() == cookie; });
  if (found != connections_.end()) {
    found->second->shut_down(CloseCode::kServiceRestart, "connect again", close_uri::kSystemShutdown);
  }
}

void WebSocketServer::shut_down(CloseCode code, std::string_view reason, std::size_t count) {
  for (auto at = connections_.begin(); at != connections_.end() && count > 0; ++at) {
    if (!at->second->is_closing()) {
      at->second->shut_down(code, reason, close_uri::kSystemShutdown);
      --count;
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
  if (reason == LWS_CALLBACK_RAW_ADOPT) {
    return establish(wsi);
  }
  if (reason == LWS_CALLBACK_RAW_CLOSE) {
    forget(wsi);
    return 0;
  }
  if (reason != LWS_CALLBACK_RAW_RX && reason != LWS_CALLBACK_RAW_WRITEABLE) {
    return 0;
  }
  const auto found = connections_.find(wsi);
  if (found == connections_.end()) {
    return -1;
  }
  if (reason == LWS_CALLBACK_RAW_RX) {
    found->second->receive(data);
  } else {
    found->second->on_writable();
  }
  return 0;
}

int WebSocketServer::establish(lws* wsi) {
  if (adopting_ == nullptr) {
    return -1;
  }
  const Deflate deflate = choose_deflate(adopting_->extensions);
  auto connection = std::make_unique<Connection>(wsi, *adopting_, deflate, ++last_number_, services_);
  auto protocol = make_protocol_(*adopting_, *connection);
  if (!protocol) {
    return -1;
  }
  connection->set_protocol(std::move(protocol));
  Connection& established = *connections_.emplace(wsi, std::move(connection)).first->second;
  established.note(LogLevel::kInfo, "is open, ", adopting_->tls ? "over TLS" : "without TLS");
  established.begin(response_head(*adopting_, deflate), adopting_->drained);
  return 0;
}

void WebSocketServer::forget(lws* wsi) {
  const auto found = connections_.find(wsi);
  if (found == connections_.end()) {
    return;
  }
  const ClosedConnection closed = found->second->closed();
  access_log_.write(closed);
  found->second->note(LogLevel::kInfo, "has ended with close code ", std::to_string(closed.code));
  connections_.erase(found);
}

}  // namespace tws
