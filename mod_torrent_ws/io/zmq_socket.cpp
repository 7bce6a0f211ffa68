#include "io/zmq_socket.hpp"

#include <cerrno>
#include <utility>

namespace tws {

namespace {

// Of one message, in one call.
constexpr int kMaxDropped = 1'000;

Error zmq_error(const std::string& what) { return Error{what + ": " + zmq_strerror(zmq_errno()), {}}; }

// Owns one frame that comes in.
class IncomingFrame {
 public:
  IncomingFrame() { zmq_msg_init(&frame_); }
  ~IncomingFrame() { zmq_msg_close(&frame_); }
  IncomingFrame(const IncomingFrame&) = delete;
  IncomingFrame& operator=(const IncomingFrame&) = delete;

  bool receive(void* socket) { return zmq_msg_recv(&frame_, socket, ZMQ_DONTWAIT) >= 0; }
  std::string_view bytes() { return {static_cast<const char*>(zmq_msg_data(&frame_)), zmq_msg_size(&frame_)}; }
  [[nodiscard]] bool is_last() const { return zmq_msg_more(&frame_) == 0; }

 private:
  zmq_msg_t frame_{};
};

}  // namespace

Result<ZmqSocket> ZmqSocket::open(ZmqContext& context, int type) {
  ZmqSocket socket(zmq_socket(context.get(), type));
  if (!socket.socket_) {
    return zmq_error("no ZeroMQ socket");
  }
  if (const auto set = socket.set(ZMQ_LINGER, 0); !set) {
    return set.error();
  }
  return socket;
}

Status ZmqSocket::set(int option, int value) {
  return zmq_setsockopt(socket_.get(), option, &value, sizeof value) == 0 ? Status(Done{}) : zmq_error("ZeroMQ option");
}

Status ZmqSocket::set(int option, std::int64_t value) {
  return zmq_setsockopt(socket_.get(), option, &value, sizeof value) == 0 ? Status(Done{}) : zmq_error("ZeroMQ option");
}

Status ZmqSocket::set(int option, std::string_view value) {
  return zmq_setsockopt(socket_.get(), option, value.data(), value.size()) == 0 ? Status(Done{})
                                                                                : zmq_error("ZeroMQ option");
}

Status ZmqSocket::bind(const std::string& endpoint) {
  return zmq_bind(socket_.get(), endpoint.c_str()) == 0 ? Status(Done{}) : zmq_error(endpoint);
}

Status ZmqSocket::connect(const std::string& endpoint) {
  return zmq_connect(socket_.get(), endpoint.c_str()) == 0 ? Status(Done{}) : zmq_error(endpoint);
}

int ZmqSocket::ready() const {
  int events = 0;
  std::size_t size = sizeof events;
  return zmq_getsockopt(socket_.get(), ZMQ_EVENTS, &events, &size) == 0 ? events : 0;
}

ZmqSocket::Outcome ZmqSocket::receive(ZmqMessage& message, std::size_t max_frames) {
  message.clear();
  for (int dropped = 0; dropped < kMaxDropped;) {
    IncomingFrame frame;
    // Once the first frame is there, so are the others.
    if (!frame.receive(socket_.get())) {
      return Outcome::kNothing;
    }
    is_dropping_ = is_dropping_ || message.size() == max_frames;
    if (is_dropping_) {
      ++dropped;
    } else {
      message.emplace_back(frame.bytes());
    }
    if (frame.is_last()) {
      return std::exchange(is_dropping_, false) ? Outcome::kTooManyFrames : Outcome::kMessage;
    }
  }
  return Outcome::kNothing;
}

bool ZmqSocket::send(const ZmqMessage& message) {
  // Whether there is room is said with the first frame.
  for (std::size_t i = 0; i < message.size(); ++i) {
    const int more = i + 1 < message.size() ? ZMQ_SNDMORE : 0;
    if (zmq_send(socket_.get(), message[i].data(), message[i].size(), ZMQ_DONTWAIT | more) < 0) {
      return false;
    }
  }
  return true;
}

int ZmqSocket::descriptor() const {
  int descriptor = -1;
  std::size_t size = sizeof descriptor;
  zmq_getsockopt(socket_.get(), ZMQ_FD, &descriptor, &size);
  return descriptor;
}

ZmqWatcher::ZmqWatcher(struct ev_loop* loop, const ZmqSocket& socket, std::function<void()> on_ready)
    : loop_(loop), socket_(socket), on_ready_(std::move(on_ready)) {
  ev_io_init(
      &changed_, [](struct ev_loop* /*loop*/, ev_io* /*watcher*/, int /*events*/) {}, socket.descriptor(), EV_READ);
  ev_prepare_init(&prepare_, on_prepare);
  ev_check_init(&check_, on_check);
  ev_idle_init(&no_wait_, [](struct ev_loop* /*loop*/, ev_idle* /*watcher*/, int /*events*/) {});
  prepare_.data = check_.data = this;
  ev_io_start(loop_, &changed_);
  ev_prepare_start(loop_, &prepare_);
  ev_check_start(loop_, &check_);
}

ZmqWatcher::~ZmqWatcher() {
  ev_io_stop(loop_, &changed_);
  ev_prepare_stop(loop_, &prepare_);
  ev_check_stop(loop_, &check_);
  ev_idle_stop(loop_, &no_wait_);
}

void ZmqWatcher::on_prepare(struct ev_loop* loop, ev_prepare* watcher, int /*events*/) {
  auto* self = static_cast<ZmqWatcher*>(watcher->data);
  if (self->is_ready()) {
    ev_idle_start(loop, &self->no_wait_);
  }
}

void ZmqWatcher::on_check(struct ev_loop* loop, ev_check* watcher, int /*events*/) {
  auto* self = static_cast<ZmqWatcher*>(watcher->data);
  ev_idle_stop(loop, &self->no_wait_);
  if (self->is_ready()) {
    self->on_ready_();
  }
}

}  // namespace tws
