// UnixListener: takes connections on a Unix socket that httpd's parent made, and says who they are: the kernel knows.
// Event-loop thread only.
#pragma once

#include <ev.h>
#include <sys/socket.h>

#include <functional>

#include "support/fd.hpp"

namespace tws {

class UnixListener {
 public:
  // `on_connection` gets each one, with its process as of connect(2); it may not destroy the listener.
  UnixListener(struct ev_loop* loop, std::function<void(Fd socket, const ucred& peer)> on_connection);
  ~UnixListener();
  UnixListener(const UnixListener&) = delete;
  UnixListener& operator=(const UnixListener&) = delete;

  // From now on there; an empty one ends it. All who came to the former socket are taken first.
  void listen(Fd socket);
  explicit operator bool() const { return static_cast<bool>(socket_); }

 private:
  static void on_ready(struct ev_loop* loop, ev_io* watcher, int events);
  static void on_retry(struct ev_loop* loop, ev_timer* watcher, int events);
  void accept(int most);

  struct ev_loop* loop_;
  std::function<void(Fd, const ucred&)> on_connection_;
  Fd socket_;
  ev_io ready_{};
  ev_timer retry_{};  // after there was no descriptor for a connection
};

}  // namespace tws
