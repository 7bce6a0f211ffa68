#include "handlers/job_queue.hpp"

#include <utility>

namespace tws {

namespace {

constexpr auto kRetry = std::chrono::seconds(1);
// The handler keeps what waits, with its deadlines; what ZeroMQ has is out of reach.
constexpr int kHighWater = 1;

}  // namespace

void JobQueue::configure(const ZmqConfiguration& zmq) {
  zmq_ = zmq;
  is_configured_ = true;
  if (gate_) {
    gate_->admit(zmq_.client_keys);
  }
  if (!socket_) {
    tick();
  }
}

void JobQueue::close() {
  is_closed_ = true;
  watcher_.reset();
  socket_.reset();
  gate_.reset();
}

// A torrent-ws process that is going may have the address still.
void JobQueue::tick() {
  const auto now = Clock::now();
  if (!is_configured_ || is_closed_ || watcher_ || now < next_try_) {
    return;
  }
  const bool is_first_try = next_try_ == Clock::time_point();
  next_try_ = now + kRetry;
  const auto opened = open();
  if (opened) {
    return;
  }
  socket_.reset();
  gate_.reset();
  if (const auto others = is_first_try ? std::nullopt : failures_.take()) {
    log_.write(LogLevel::kError, "TWS0214",
               "no jobs go out to workers of the handler " + name_ + ": " + opened.error().message +
                   "; tried again each second; look who has the address" + *others);
  }
}

Status JobQueue::open() {
  if (!context_) {
    context_.emplace();
  }
  auto socket = ZmqSocket::open(*context_, ZMQ_PUSH);
  if (!socket) {
    return socket.error();
  }
  socket_.emplace(std::move(*socket));
  if (zmq_.has_curve) {
    gate_.emplace(loop_, [] {});
    gate_->admit(zmq_.client_keys);
    if (auto opened = gate_->open(*context_); !opened) {
      return opened;
    }
  }
  if (auto set = set_options(); !set) {
    return set;
  }
  if (auto bound = socket_->bind(address_); !bound) {
    return bound;
  }
  watcher_.emplace(loop_, *socket_, [this] {
    watcher_->want(0);
    listener_->on_room();
  });
  watcher_->want(ZMQ_POLLOUT);
  return Done{};
}

Status JobQueue::set_options() {
  Status set = Done{};
  for (const auto& [option, value] : {std::pair(ZMQ_SNDHWM, kHighWater), std::pair(ZMQ_IPV6, 1),
                                      // A machine that is lost says nothing.
                                      std::pair(ZMQ_HEARTBEAT_IVL, 10'000), std::pair(ZMQ_HEARTBEAT_TIMEOUT, 30'000)}) {
    if (set) {
      set = socket_->set(option, value);
    }
  }
  return set && zmq_.has_curve ? CurveGate::protect(*socket_, zmq_.server_secret) : set;
}

bool JobQueue::send(const json_t* header, std::string_view body) {
  if (!watcher_) {
    return false;
  }
  const bool is_sent = socket_->send({to_text(header), std::string(body)});
  if (!is_sent) {
    watcher_->want(ZMQ_POLLOUT);
  }
  return is_sent;
}

}  // namespace tws
