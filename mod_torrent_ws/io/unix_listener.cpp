#include "io/unix_listener.hpp"

#include <cerrno>
#include <utility>

namespace tws {

namespace {

constexpr int kAcceptsPerTurn = 16;
// More than wait for any socket (apache/listening_socket.cpp).
constexpr int kAcceptsAtEnd = 1024;
constexpr double kRetrySeconds = 1;

}  // namespace

UnixListener::UnixListener(struct ev_loop* loop, std::function<void(Fd, const ucred&)> on_connection)
    : loop_(loop), on_connection_(std::move(on_connection)) {
  ev_timer_init(&retry_, on_retry, 0, kRetrySeconds);
  ready_.data = retry_.data = this;
}

UnixListener::~UnixListener() {
  ev_io_stop(loop_, &ready_);
  ev_timer_stop(loop_, &retry_);
}

void UnixListener::listen(Fd socket) {
  if (socket_) {
    accept(kAcceptsAtEnd);
    ev_io_stop(loop_, &ready_);
    ev_timer_stop(loop_, &retry_);
  }
  socket_ = std::move(socket);
  if (socket_) {
    ev_io_init(&ready_, on_ready, socket_.get(), EV_READ);
    ev_io_start(loop_, &ready_);
  }
}

void UnixListener::on_ready(struct ev_loop* /*loop*/, ev_io* watcher, int /*events*/) {
  static_cast<UnixListener*>(watcher->data)->accept(kAcceptsPerTurn);
}

void UnixListener::on_retry(struct ev_loop* loop, ev_timer* watcher, int /*events*/) {
  ev_timer_stop(loop, watcher);
  ev_io_start(loop, &static_cast<UnixListener*>(watcher->data)->ready_);
}

void UnixListener::accept(int most) {
  for (int i = 0; i < most; ++i) {
    Fd socket(accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket) {
      ucred peer{};
      socklen_t size = sizeof peer;
      if (getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) {
        on_connection_(std::move(socket), peer);
      }
    } else if (errno != EINTR && errno != ECONNABORTED) {
      if (errno != EAGAIN) {
        // The connection stays in the queue, and the socket readable.
        ev_io_stop(loop_, &ready_);
        ev_timer_again(loop_, &retry_);
      }
      return;
    }
  }
}

}  // namespace tws
