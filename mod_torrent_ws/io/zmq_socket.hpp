// ZmqContext, ZmqSocket, ZmqWatcher: owners of ZeroMQ's things, and how the event loop learns that a socket is ready.
// Nothing here blocks: sockets have no linger, and messages are sent and received only where that can be done at once.
// Event-loop thread only; libzmq has a thread of its own behind each context, so none is made before a fork.
#pragma once

#include <ev.h>
#include <zmq.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/result.hpp"

namespace tws {

// Outlives its sockets.
class ZmqContext {
 public:
  ZmqContext() : context_(zmq_ctx_new(), zmq_ctx_term) {}
  // Null: there is no memory or no descriptor left.
  [[nodiscard]] void* get() const { return context_.get(); }

 private:
  std::unique_ptr<void, int (*)(void*)> context_;
};

// One message: its frames, of which it has one at least.
using ZmqMessage = std::vector<std::string>;

class ZmqSocket {
 public:
  enum class Outcome {
    kMessage,
    kTooManyFrames,  // it was taken and is left out
    kNothing,        // there is none, or not yet: much of one was dropped; or the socket can receive nothing
  };

  // `type` is ZMQ_PULL, ZMQ_PUSH, ZMQ_REP, …
  static Result<ZmqSocket> open(ZmqContext& context, int type);

  // zmq_setsockopt(3): before bind() and connect(), and to be checked: an option for security that is not set is none.
  Status set(int option, int value);
  Status set(int option, std::int64_t value);
  Status set(int option, std::string_view value);
  Status bind(const std::string& endpoint);
  Status connect(const std::string& endpoint);

  // What can be done now: ZMQ_POLLIN, ZMQ_POLLOUT.
  [[nodiscard]] int ready() const;
  // A message with more than `max_frames` is read to its end and dropped, in as many calls as it takes to be short in
  // each. The size of a frame is bounded by ZMQ_MAXMSGSIZE.
  Outcome receive(ZmqMessage& message, std::size_t max_frames);
  // All of its frames, or false: nobody takes it now.
  bool send(const ZmqMessage& message);
  // Readable when ready() may have changed (ZMQ_FD): for ZmqWatcher.
  [[nodiscard]] int descriptor() const;

 private:
  explicit ZmqSocket(void* socket) : socket_(socket, zmq_close) {}

  std::unique_ptr<void, int (*)(void*)> socket_;
  bool is_dropping_ = false;  // what comes next belongs to a message with too many frames
};

// Calls `on_ready` once in each turn of the loop in which the socket can do what is wanted. ZeroMQ's descriptor tells
// changes alone, and those that came while something else was done only once: so the socket is asked before each wait
// of the loop, and the loop does not wait while it is ready. Who takes a bounded number of messages in each call lets
// others have their turn.
class ZmqWatcher {
 public:
  // The socket outlives it. `on_ready` may not destroy the watcher.
  ZmqWatcher(struct ev_loop* loop, const ZmqSocket& socket, std::function<void()> on_ready);
  ~ZmqWatcher();
  ZmqWatcher(const ZmqWatcher&) = delete;
  ZmqWatcher& operator=(const ZmqWatcher&) = delete;

  // ZMQ_POLLIN, ZMQ_POLLOUT, both, or 0 for nothing, as it is at first.
  void want(int events) { wanted_ = events; }

 private:
  static void on_prepare(struct ev_loop* loop, ev_prepare* watcher, int events);
  static void on_check(struct ev_loop* loop, ev_check* watcher, int events);
  // Asks the socket in any case: its descriptor stays readable until then.
  [[nodiscard]] bool is_ready() const { return (socket_.ready() & wanted_) != 0; }

  struct ev_loop* loop_;
  const ZmqSocket& socket_;
  std::function<void()> on_ready_;
  int wanted_ = 0;
  ev_io changed_{};  // only ends the wait
  ev_prepare prepare_{};
  ev_check check_{};
  ev_idle no_wait_{};
};

}  // namespace tws
