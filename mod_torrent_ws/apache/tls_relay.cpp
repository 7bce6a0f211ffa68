#include "apache/tls_relay.hpp"

#include <pthread.h>

#include <csignal>
#include <utility>

#include "apache/tls_relay_loop.hpp"

namespace tws::apache {

TlsRelay::TlsRelay() = default;
TlsRelay::~TlsRelay() { stop_thread(); }

void TlsRelay::adopt(TlsConnection connection) {
  const std::lock_guard lock(mutex_);
  if (!loop_) {
    loop_ = std::make_unique<TlsRelayLoop>();
    // The thread takes no signals: httpd handles them in threads of its own.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([loop = loop_.get()] { loop->run(false); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  loop_->adopt(std::move(connection));
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
