#include "handlers/job_queue.hpp"

#include <utility>

namespace tws {

namespace {

// The handler keeps what waits, with its deadlines; what ZeroMQ has is out of reach.
constexpr int kHighWater = 1;

}  // namespace

JobQueue::JobQueue(struct ev_loop* loop, const Log& log, std::string name, std::string address)
    : log_(log),
      name_(std::move(name)),
      address_(std::move(address)),
      push_(loop, {.type = ZMQ_PUSH,
                   .set_limits = [](ZmqSocket& socket) { return socket.set(ZMQ_SNDHWM, kHighWater); },
                   .events = ZMQ_POLLOUT,
                   .on_ready =
                       [this] {
                         push_.want(0);
                         listener_->on_room();
                       },
                   .on_failure = [this](const Error& error) { tell_failure(error); }}) {}

void JobQueue::configure(const ZmqConfiguration& zmq) {
  if (std::exchange(is_configured_, true)) {
    push_.admit(zmq.client_keys);
  } else {
    push_.open(address_, zmq);
  }
}

void JobQueue::close() { push_.close(); }

void JobQueue::tell_failure(const Error& error) {
  if (const auto others = failures_.take()) {
    log_.write(LogLevel::kError, "TWS0214",
               "no jobs go out to workers of the handler " + name_ + ": " + error.message +
                   "; tried again each second; look who has the address" + *others);
  }
}

bool JobQueue::send(const json_t* header, std::string_view body) {
  ZmqSocket* socket = push_.socket();
  if (socket == nullptr) {
    return false;
  }
  const bool is_sent = socket->send({to_text(header), std::string(body)});
  if (!is_sent) {
    push_.want(ZMQ_POLLOUT);
  }
  return is_sent;
}

}  // namespace tws
