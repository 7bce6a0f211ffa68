#include "apache/tls_relay.hpp"

#include <pthread.h>

#include <csignal>
#include <system_error>
#include <utility>

#include "apache/tls_relay_loop.hpp"

namespace tws::apache {

TlsRelay::TlsRelay() = default;
TlsRelay::~TlsRelay() { stop_thread(); }

void TlsRelay::adopt(TlsConnection connection) {
  // The thread takes no signals: httpd handles them in threads of its own. And prefork's handler, which
  // stops the relay, must not find a lock of this thread taken.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  {
    const std::lock_guard lock(mutex_);
    if (start()) {
      loop_->adopt(std::move(connection));
    }
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

// Without a thread (too many processes) the connection is dropped: its client comes back.
bool TlsRelay::start() {
  if (loop_) {
    return true;
  }
  auto loop = std::make_unique<TlsRelayLoop>();
  try {
    thread_ = std::thread([running = loop.get()] { running->run(false); });
  } catch (const std::system_error&) {
    return false;
  }
  loop_ = std::move(loop);
  return true;
}

std::unique_ptr<TlsRelayLoop> TlsRelay::stop_thread() {
  if (thread_.joinable()) {
    loop_->stop();
    thread_.join();
  }
  auto loop = std::move(loop_);
  return loop && loop->has_connections() ? std::move(loop) : nullptr;
}

}  // namespace tws::apache
