#include "apache/tls_pump.hpp"

#include <openssl/err.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

namespace tws::apache {

namespace {

// Rounds before the other connections of this child get their turn.
constexpr int kShare = 32;

bool is_stall(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

PumpOutcome TlsPump::run(std::span<char> scratch) {
  tls_wants_write_ = false;
  for (int round = 0; round < kShare; ++round) {
    const Step in = client_to_plain(scratch);
    const Step out = plain_to_client(scratch);
    if (in == Step::kBroken || out == Step::kBroken) {
      return PumpOutcome::kFinished;
    }
    if (plain_ended_ && to_client_.empty() && !goodbye_said_) {
      say_goodbye();
    }
    if (goodbye_said_ && client_ended_) {
      return PumpOutcome::kFinished;
    }
    if (in == Step::kStalled && out == Step::kStalled) {
      plain_hung_up_ = plain_hung_up_ || (!to_client_.empty() && has_plain_hung_up());
      return PumpOutcome::kWaiting;
    }
  }
  return PumpOutcome::kBusy;
}

TlsInterest TlsPump::interest() const {
  TlsInterest interest;
  if (connection_.to_plain.empty() && !client_ended_) {
    interest.client |= EPOLLIN;
  }
  if (tls_wants_write_) {
    interest.client |= EPOLLOUT;
  }
  if (!plain_ended_ && !plain_hung_up_) {
    // While the client stalls, only the plain side's end is of interest.
    interest.plain |= to_client_.empty() ? EPOLLIN : EPOLLRDHUP;
  }
  if (!connection_.to_plain.empty() && !plain_ended_) {
    interest.plain |= EPOLLOUT;
  }
  return interest;
}

// One record at a time: what did not fit on the plain side waits, and nothing is read meanwhile.
TlsPump::Step TlsPump::client_to_plain(std::span<char> scratch) {
  if (!connection_.to_plain.empty()) {
    return flush_to_plain();
  }
  if (client_ended_) {
    return Step::kStalled;
  }
  ERR_clear_error();
  const int size = SSL_read(connection_.ssl.get(), scratch.data(), static_cast<int>(scratch.size()));
  if (size > 0) {
    connection_.to_plain.assign(scratch.data(), static_cast<std::size_t>(size));
    const Step flushed = flush_to_plain();
    return flushed == Step::kStalled ? Step::kMoved : flushed;
  }
  if (SSL_get_error(connection_.ssl.get(), size) == SSL_ERROR_ZERO_RETURN) {
    client_ended_ = true;
    shutdown(connection_.plain.get(), SHUT_WR);
    return Step::kMoved;
  }
  if (goodbye_said_) {
    client_ended_ = after_tls_result(size) == Step::kBroken;
    return client_ended_ ? Step::kMoved : Step::kStalled;
  }
  return after_tls_result(size);
}

TlsPump::Step TlsPump::plain_to_client(std::span<char> scratch) {
  if (!to_client_.empty()) {
    return flush_to_client();
  }
  if (plain_ended_) {
    return Step::kStalled;
  }
  const ssize_t size = recv(connection_.plain.get(), scratch.data(), scratch.size(), 0);
  if (size > 0) {
    to_client_.assign(scratch.data(), static_cast<std::size_t>(size));
    const Step flushed = flush_to_client();
    return flushed == Step::kStalled ? Step::kMoved : flushed;
  }
  if (size < 0 && is_stall(errno)) {
    return Step::kStalled;
  }
  plain_ended_ = true;
  return Step::kMoved;
}

TlsPump::Step TlsPump::flush_to_plain() {
  std::string& pending = connection_.to_plain;
  const ssize_t sent = send(connection_.plain.get(), pending.data(), pending.size(), MSG_NOSIGNAL);
  if (sent > 0) {
    pending.erase(0, static_cast<std::size_t>(sent));
    return Step::kMoved;
  }
  if (sent < 0 && is_stall(errno)) {
    return Step::kStalled;
  }
  // Nobody reads there any more, so what the client still sends has no receiver; what was written to
  // this side before may still wait to be read.
  pending.clear();
  return Step::kMoved;
}

TlsPump::Step TlsPump::flush_to_client() {
  ERR_clear_error();
  const int sent = SSL_write(connection_.ssl.get(), to_client_.data(), static_cast<int>(to_client_.size()));
  if (sent > 0) {
    to_client_.erase(0, static_cast<std::size_t>(sent));
    return Step::kMoved;
  }
  return after_tls_result(sent);
}

TlsPump::Step TlsPump::after_tls_result(int result) {
  switch (SSL_get_error(connection_.ssl.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Step::kStalled;
    case SSL_ERROR_WANT_WRITE:
      tls_wants_write_ = true;
      return Step::kStalled;
    default:
      return Step::kBroken;
  }
}

bool TlsPump::has_plain_hung_up() const {
  pollfd plain{connection_.plain.get(), POLLRDHUP, 0};
  return poll(&plain, 1, 0) == 1;
}

// The plain side ended: close_notify and FIN, then the client's own end is awaited.
void TlsPump::say_goodbye() {
  ERR_clear_error();
  SSL_shutdown(connection_.ssl.get());
  shutdown(connection_.client.get(), SHUT_WR);
  goodbye_said_ = true;
}

}  // namespace tws::apache
