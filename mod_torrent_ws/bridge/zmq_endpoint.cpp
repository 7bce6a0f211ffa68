#include "bridge/zmq_endpoint.hpp"

#include <utility>

namespace tws {

namespace {

constexpr double kRetrySeconds = 1;
// A machine that is lost says nothing.
constexpr int kHeartbeatMs = 10'000;
constexpr int kSilenceMs = 30'000;

}  // namespace

ZmqEndpoint::ZmqEndpoint(struct ev_loop* loop, Use use) : loop_(loop), use_(std::move(use)) {
  ev_timer_init(&retry_, on_retry, 0, kRetrySeconds);
  retry_.data = this;
}

void ZmqEndpoint::open(const std::string& address, const ZmqConfiguration& configuration) {
  address_ = address;
  configuration_ = configuration;
  try_to_open();
}

void ZmqEndpoint::admit(const std::vector<std::string>& client_keys) {
  configuration_.client_keys = client_keys;
  if (gate_) {
    gate_->admit(client_keys);
  }
}

void ZmqEndpoint::close() {
  ev_timer_stop(loop_, &retry_);
  watcher_.reset();
  socket_.reset();
  gate_.reset();
}

void ZmqEndpoint::on_retry(struct ev_loop* /*loop*/, ev_timer* watcher, int /*events*/) {
  static_cast<ZmqEndpoint*>(watcher->data)->try_to_open();
}

// libzmq closes a socket in its own time, and a torrent-ws process that is going may have the address still: so the
// first try may fail without being told.
void ZmqEndpoint::try_to_open() {
  const auto bound = bind();
  if (bound) {
    ev_timer_stop(loop_, &retry_);
    return;
  }
  socket_.reset();
  gate_.reset();
  const bool is_retry = ev_is_active(&retry_);
  ev_timer_again(loop_, &retry_);
  if (is_retry) {
    use_.on_failure(bound.error());
  }
}

Status ZmqEndpoint::bind() {
  if (!context_) {
    context_.emplace();
  }
  auto opened = ZmqSocket::open(*context_, use_.type);
  if (!opened) {
    return opened.error();
  }
  ZmqSocket& socket = socket_.emplace(std::move(*opened));
  if (configuration_.has_curve) {
    gate_.emplace(loop_, use_.on_stranger);
    gate_->admit(configuration_.client_keys);
    if (auto guarded = gate_->open(*context_); !guarded) {
      return guarded;
    }
    if (auto guarded = CurveGate::protect(socket, configuration_.server_secret); !guarded) {
      return guarded;
    }
  }
  for (const auto& set : {use_.set_limits(socket), socket.set(ZMQ_IPV6, 1), socket.set(ZMQ_HEARTBEAT_IVL, kHeartbeatMs),
                          socket.set(ZMQ_HEARTBEAT_TIMEOUT, kSilenceMs)}) {
    if (!set) {
      return set;
    }
  }
  if (auto bound = socket.bind(address_); !bound) {
    return bound;
  }
  watcher_.emplace(loop_, socket, use_.on_ready);
  watcher_->want(use_.events);
  return Done{};
}

}  // namespace tws
