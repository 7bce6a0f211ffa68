#include "websocket/connection.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "wire/error_uris.hpp"

namespace tws {

namespace {

// A snapshot may fill a client's queue up to its bound, deltas only half of it: the rest is for answers.
constexpr std::size_t kShareOfEvents = 2;
// Within which the client has to take what is queued, answer the close frame, and end the connection.
constexpr auto kCloseTime = std::chrono::seconds(5);
constexpr std::size_t kMaxCloseReason = 123;  // RFC 6455, 5.5
// Of one message of a stranger: many of them may come at once.
constexpr std::size_t kMostWithoutSession = 64UL << 10;

// As much of it as a close frame holds, cut between two characters of UTF-8.
std::string_view beginning_of(std::string_view reason) {
  constexpr unsigned char kMask = 0xC0;
  constexpr unsigned char kContinuation = 0x80;
  std::size_t size = std::min(reason.size(), kMaxCloseReason);
  while (size > 0 && size < reason.size() && (static_cast<unsigned char>(reason[size]) & kMask) == kContinuation) {
    --size;
  }
  return reason.substr(0, size);
}

// RFC 6455, 5.5.1
FramePtr close_frame(CloseCode code, std::string_view reason) {
  std::string payload;
  if (code != CloseCode::kNone) {
    const auto number = static_cast<unsigned>(code);
    payload = {static_cast<char>(number >> 8), static_cast<char>(number & 0xFF)};
    payload.append(beginning_of(reason));
  }
  return std::make_shared<const Frame>(Opcode::kClose, payload);
}

}  // namespace

Connection::Connection(lws* wsi, const Handover& handover, const Deflate& deflate, std::uint64_t number,
                       ConnectionServices& services)
    : wsi_(wsi),
      is_tls_(handover.tls),
      cookie_(socket_cookie(lws_get_socket_fd(wsi))),
      number_(number),
      services_(services),
      place_(services.admission, handover),
      record_{handover.site, handover.address, handover.path},
      reader_(*this, deflate.window_bits != 0),
      outbox_(deflate.window_bits) {
  ev_init(&timer_, on_timer);
  timer_.data = this;
  set_timer();
}

Connection::~Connection() {
  // What it says when it goes, to others and to this client, is said while all else is here.
  protocol_.reset();
  ev_timer_stop(services_.loop, &timer_);
  services_.counts.queued_bytes -= outbox_.queued_bytes();
  services_.counts.closing -= closing_ ? 1 : 0;
  services_.flush_queue.remove(*this);
}

void Connection::send(FramePtr frame) {
  if (closing_) {
    return;
  }
  push(std::move(frame));
  if (outbox_.cost() <= services_.limits.max_queued_bytes) {
    return;
  }
  // What one turn of the loop brings may be more than may wait; what counts is whether the client takes it.
  write_out();
  if (outbox_.cost() > services_.limits.max_queued_bytes) {
    // Or else its close frame would wait behind all that it does not take. It may stand between fragments.
    const std::size_t before = outbox_.queued_bytes();
    outbox_.clear();
    count_queued(before);
    refuse(Refusal::kQueuedBytes, CloseCode::kPolicyViolation, "too slow: too much is queued");
  }
}

bool Connection::is_behind() const { return outbox_.cost() > services_.limits.max_queued_bytes / kShareOfEvents; }

bool Connection::offer(std::span<const FramePtr> frames) {
  if (closing_) {
    return true;
  }
  if (is_behind()) {
    write_out();
  }
  if (is_behind()) {
    behind_ = true;
    leave_out();
    return false;
  }
  for (const FramePtr& frame : frames) {
    push(frame);
  }
  return true;
}

void Connection::push(FramePtr frame) {
  last_message_ = Clock::now();
  const std::size_t before = outbox_.queued_bytes();
  outbox_.push(std::move(frame));
  count_queued(before);
}

void Connection::push_urgent(std::string bytes) {
  const std::size_t before = outbox_.queued_bytes();
  outbox_.push_urgent(std::move(bytes));
  count_queued(before);
}

void Connection::count_queued(std::size_t before) {
  services_.counts.queued_bytes += outbox_.queued_bytes() - before;
  services_.flush_queue.add(*this);
}

void Connection::close(CloseCode code, std::string_view reason) {
  if (closing_) {
    return;
  }
  if (!client_has_closed_) {
    note(LogLevel::kDebug, "is closed: ", reason);
  }
  closing_ = true;
  ++services_.counts.closing;
  close_code_ = code;
  close_deadline_ = Clock::now() + kCloseTime;
  push(close_frame(code, reason));
  set_timer();
}

bool Connection::claim_user(const std::string& user) {
  const bool claimed = place_.claim_user(user);
  if (!claimed) {
    count(Refusal::kConnectionsPerUser);
  }
  return claimed;
}

void Connection::count(Refusal refusal) { services_.refusals.count(refusal, record_.address); }

void Connection::begin(std::string response_head, std::string_view first) {
  push_urgent(std::move(response_head));
  protocol_->on_open();
  receive(first);
}

void Connection::receive(std::string_view bytes) {
  heard_ = Clock::now();
  pinged_ = false;
  if (!client_has_closed_) {
    const std::size_t most = services_.limits.max_message_bytes;
    reader_.read(bytes, place_.is_in_handshake() ? std::min(most, kMostWithoutSession) : most);
  }
}

void Connection::on_message(std::string_view message, bool binary) {
  record_.received += message.size();
  if (closing_ || !is_within_rate(message.size())) {
    return;
  }
  last_message_ = heard_;
  protocol_->on_message(message, binary);
}

void Connection::on_ping(std::string_view payload) {
  if (!closing_ && is_within_rate(payload.size())) {
    push_urgent(control_frame(Opcode::kPong, payload));
  }
}

bool Connection::is_within_rate(std::size_t bytes) {
  const std::size_t most = services_.limits.max_message_rate;
  if (most == 0 || rate_.take(most, bytes, heard_)) {
    return true;
  }
  refuse(Refusal::kMessageRate, CloseCode::kPolicyViolation, "too many messages");
  return false;
}

void Connection::on_close(CloseCode code) {
  if (record_.close_code == CloseCode::kAbnormal) {
    record_.close_code = code;
  }
  client_has_closed_ = true;
  note(LogLevel::kDebug, "is closed by the client, code ", std::to_string(static_cast<int>(code)));
  close(code, {});
  // Our own close frame may be out already.
  services_.flush_queue.add(*this);
}

void Connection::on_failure(CloseCode code, std::string_view why) {
  client_has_closed_ = true;
  note(LogLevel::kInfo, "fails: ", why);
  if (code == CloseCode::kMessageTooBig) {
    refuse(Refusal::kMessageSize, code, why);
  } else {
    close(code, why);
  }
  services_.flush_queue.add(*this);
}

void Connection::refuse(Refusal refusal, CloseCode code, std::string_view reason) {
  count(refusal);
  close(code, reason);
}

void Connection::on_writable() {
  // What was in the socket has reached the client.
  heard_ = Clock::now();
  flush();
}

void Connection::flush() {
  if (write_out()) {
    all_written();
  }
}

bool Connection::write_out() {
  thread_local std::string scratch;
  const int socket = lws_get_socket_fd(wsi_);
  while (!outbox_.empty()) {
    const std::string_view chunk = outbox_.next_chunk(scratch);
    const ssize_t sent = ::send(socket, chunk.data(), chunk.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
      hang_up();
      return false;
    }
    const std::size_t written = sent < 0 ? 0 : static_cast<std::size_t>(sent);
    record_.sent += written;
    services_.counts.queued_bytes -= written;
    outbox_.consume(written);
    if (written < chunk.size()) {
      lws_callback_on_writable(wsi_);
      return false;
    }
  }
  return true;
}

void Connection::all_written() {
  if (closing_) {
    if (record_.close_code == CloseCode::kAbnormal) {
      record_.close_code = close_code_;
    }
    // The client ends the connection when it sees this (RFC 6455, 7.1.1): what it still sends is read, so that it
    // is not told of a reset before it has read our close frame.
    if (client_has_closed_) {
      ::shutdown(lws_get_socket_fd(wsi_), SHUT_WR);
    }
  } else if (behind_) {
    behind_ = false;
    protocol_->on_drained();
  }
}

void Connection::hang_up() {
  // libwebsockets sees the end, and calls back.
  ::shutdown(lws_get_socket_fd(wsi_), SHUT_RDWR);
}

void Connection::shut_down(CloseCode code, std::string_view reason, std::string_view goodbye) {
  if (!closing_) {
    protocol_->on_shutdown(goodbye);
    close(code, reason);
  }
}

// One timer for all limits of time. It is not set anew with each message: when it is over, on_time() looks.
void Connection::set_timer() {
  const auto& limits = services_.limits;
  auto next = closing_ ? close_deadline_ : heard_ + (pinged_ ? limits.ping_interval * 3 / 2 : limits.ping_interval);
  const auto bound = [&next](Clock::time_point since, std::chrono::milliseconds limit) {
    if (limit.count() > 0) {
      next = std::min(next, since + limit);
    }
  };
  if (!closing_) {
    bound(record_.opened, place_.is_in_handshake() ? limits.handshake_timeout : limits.max_session_age);
    bound(last_message_, limits.idle_timeout);
  }
  const std::chrono::duration<double> rest = std::max(next - Clock::now(), Clock::duration::zero());
  ev_timer_stop(services_.loop, &timer_);
  ev_timer_set(&timer_, rest.count(), 0);
  ev_timer_start(services_.loop, &timer_);
}

void Connection::on_timer(struct ev_loop* /*loop*/, ev_timer* timer, int /*events*/) {
  static_cast<Connection*>(timer->data)->on_time();
}

void Connection::on_time() {
  const auto& limits = services_.limits;
  const auto now = Clock::now();
  const auto is_over = [now](Clock::time_point since, std::chrono::milliseconds limit) {
    return limit.count() > 0 && now >= since + limit;
  };
  if (closing_) {
    if (now >= close_deadline_) {
      hang_up();
      return;
    }
  } else if (is_over(heard_, limits.ping_interval * 3 / 2)) {
    count(Refusal::kSilence);
    note(LogLevel::kInfo, "answers no ping");
    hang_up();
    return;
  } else if (place_.is_in_handshake() && is_over(record_.opened, limits.handshake_timeout)) {
    refuse(Refusal::kHandshakeTime, CloseCode::kPolicyViolation, "no session was established in time");
  } else if (!place_.is_in_handshake() && is_over(record_.opened, limits.max_session_age)) {
    count(Refusal::kSessionAge);
    shut_down(CloseCode::kPolicyViolation, "the session is too old: sign in again", close_uri::kNormal);
  } else if (is_over(last_message_, limits.idle_timeout)) {
    count(Refusal::kIdleTime);
    shut_down(CloseCode::kPolicyViolation, "nothing was said for too long", close_uri::kNormal);
  } else if (!pinged_ && is_over(heard_, limits.ping_interval)) {
    pinged_ = true;
    push_urgent(control_frame(Opcode::kPing, {}));
  }
  set_timer();
}

void Connection::note(LogLevel level, std::string_view step, std::string_view detail) const {
  if (!services_.log.enabled(level)) {
    return;
  }
  std::string text = "connection " + std::to_string(number_) + " of " + record_.address;
  if (protocol_ && protocol_->session_id() != 0) {
    text += ", session " + std::to_string(protocol_->session_id());
  }
  if (protocol_ && !protocol_->user().empty()) {
    text.append(", user ").append(protocol_->user());
  }
  services_.log.write(level, "TWS0401", text.append(" ").append(step).append(detail));
}

ClosedConnection Connection::closed() const {
  const auto duration = Clock::now() - record_.opened;
  return {record_.site,
          record_.address,
          protocol_->user(),
          record_.path,
          static_cast<int>(record_.close_code),
          record_.received,
          record_.sent,
          std::chrono::duration_cast<std::chrono::milliseconds>(duration)};
}

void FlushQueue::add(Connection& connection) {
  if (!connection.queued_for_flush_) {
    connection.queued_for_flush_ = true;
    connections_.push_back(&connection);
  }
}

void FlushQueue::remove(Connection& connection) {
  if (std::exchange(connection.queued_for_flush_, false)) {
    std::erase(connections_, &connection);
  }
}

void FlushQueue::flush() {
  // A flush may queue more, for the same or another connection; that goes out in the same turn.
  while (!connections_.empty()) {
    for (Connection* connection : std::exchange(connections_, {})) {
      connection->queued_for_flush_ = false;
      connection->flush();
    }
  }
}

}  // namespace tws
