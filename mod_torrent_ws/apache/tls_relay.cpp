#include "apache/tls_relay.hpp"

#include <pthread.h>

#include <csignal>
#include <ctime>
#include <system_error>
#include <utility>

#include "apache/tls_relay_loop.hpp"

namespace tws::apache {

namespace {

// For a thread that starts another one, or takes a lock that prefork's signal handler may want: the relay
// thread takes no signals, since httpd handles them in threads of its own.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

TlsRelay::TlsRelay() = default;
TlsRelay::~TlsRelay() { stop_thread(); }

bool TlsRelay::start() {
  const SignalsBlocked blocked;
  const std::lock_guard lock(mutex_);
  if (loop_) {
    return true;
  }
  auto loop = std::make_unique<TlsRelayLoop>();
  if (!loop->is_usable()) {
    return false;
  }
  try {
    thread_ = std::thread([running = loop.get()] { running->run(); });
  } catch (const std::system_error&) {
    return false;
  }
  loop_ = std::move(loop);
  return true;
}

void TlsRelay::adopt(TlsConnection connection) {
  const SignalsBlocked blocked;
  loop_->adopt(std::move(connection));
}

// Only what a signal handler may call: no lock, no allocation.
bool TlsRelay::finish(std::chrono::milliseconds limit) {
  if (!loop_) {
    return true;
  }
  loop_->finish();
  constexpr auto kStep = std::chrono::milliseconds(5);
  const timespec step{0, std::chrono::nanoseconds(kStep).count()};
  for (auto waited = std::chrono::milliseconds(0); waited < limit && !loop_->has_ended(); waited += kStep) {
    nanosleep(&step, nullptr);
  }
  return loop_->has_ended();
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
