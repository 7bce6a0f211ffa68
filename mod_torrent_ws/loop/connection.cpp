#include "loop/connection.hpp"

#include <algorithm>

namespace tws {

namespace {

// A snapshot may fill a client's queue up to its bound, deltas only half of it: the rest is for answers.
constexpr std::size_t kShareOfEvents = 2;
constexpr auto kCloseTime = std::chrono::seconds(5);
constexpr std::size_t kMaxCloseReason = 123;  // RFC 6455, 5.5
constexpr int kCompressed = 0x40;             // RSV1: RFC 7692, 6

}  // namespace

Connection::Connection(lws* wsi, const Handover& handover, std::uint64_t cookie, bool deflate, ConnectionLimits limits,
                       FlushQueue& flush_queue, TrafficCounts& counts)
    : wsi_(wsi),
      is_tls_(handover.tls),
      is_relayed_blocking_(handover.blocking),
      cookie_(cookie),
      record_{handover.site, handover.address, handover.path},
      limits_(limits),
      flush_queue_(flush_queue),
      counts_(counts),
      outbox_(deflate) {}

Connection::~Connection() {
  counts_.queued_bytes -= outbox_.queued_bytes();
  counts_.closing -= closing_ ? 1 : 0;
  flush_queue_.remove(*this);
}

void Connection::send(FramePtr frame) {
  if (closing_) {
    return;
  }
  push(std::move(frame));
  if (outbox_.queued_bytes() > limits_.max_queued_bytes) {
    // Or else its close frame would wait behind all that it does not take. It may stand between fragments.
    counts_.queued_bytes -= outbox_.queued_bytes();
    outbox_.clear();
    close(CloseCode::kPolicyViolation, "too slow: too much is queued");
  }
}

bool Connection::offer(std::span<const FramePtr> frames) {
  if (closing_) {
    return true;
  }
  if (!outbox_.empty() && outbox_.queued_bytes() > limits_.max_queued_bytes / kShareOfEvents) {
    behind_ = true;
    ++counts_.dropped_deltas;
    return false;
  }
  for (const FramePtr& frame : frames) {
    push(frame);
  }
  return true;
}

void Connection::push(FramePtr frame) {
  const std::size_t before = outbox_.queued_bytes();
  outbox_.push(std::move(frame));
  counts_.queued_bytes += outbox_.queued_bytes() - before;
  flush_queue_.add(*this);
}

void Connection::close(CloseCode code, std::string_view reason) {
  if (closing_) {
    return;
  }
  closing_ = true;
  close_code_ = code;
  close_reason_ = reason.substr(0, kMaxCloseReason);
  close_deadline_ = std::chrono::steady_clock::now() + kCloseTime;
  ++counts_.closing;
  lws_callback_on_writable(wsi_);
}

int Connection::on_receive(std::string_view part) {
  record_.received += part.size();
  if (closing_) {
    return 0;
  }
  if (lws_is_first_fragment(wsi_) != 0) {
    compressed_ = (lws_get_reserved_bits(wsi_) & kCompressed) != 0;
  }
  const bool whole = lws_is_final_fragment(wsi_) != 0 && lws_remaining_packet_payload(wsi_) == 0;
  const bool binary = lws_frame_is_binary(wsi_) != 0;
  if (whole && incoming_.empty() && !compressed_ && part.size() <= limits_.max_message_bytes) {
    protocol_->on_message(part, binary);
  } else if (take(part, whole) && whole) {
    inflater_.reset();
    // Moved out first, so that a large message does not stay in memory.
    const std::string message = std::exchange(incoming_, {});
    protocol_->on_message(message, binary);
  }
  return 0;
}

bool Connection::take(std::string_view part, bool whole) {
  auto outcome = Inflater::Outcome::kTaken;
  if (compressed_) {
    if (!inflater_) {
      inflater_ = std::make_unique<Inflater>();
    }
    outcome = inflater_->append(part, whole, limits_.max_message_bytes, incoming_);
  } else {
    incoming_.append(part);
  }
  if (outcome == Inflater::Outcome::kInvalid) {
    close(CloseCode::kProtocolError, "not deflated");
  } else if (outcome == Inflater::Outcome::kTooBig || incoming_.size() > limits_.max_message_bytes) {
    close(CloseCode::kMessageTooBig, "message too big");
  }
  return !closing_;
}

int Connection::on_writable() {
  flush();
  if (closing_ && outbox_.empty() && lws_partial_buffered(wsi_) == 0) {
    record_.close_code = static_cast<int>(close_code_);
    lws_close_reason(wsi_, static_cast<lws_close_status>(close_code_),
                     reinterpret_cast<unsigned char*>(close_reason_.data()), close_reason_.size());
    return -1;
  }
  return 0;
}

void Connection::flush() {
  thread_local std::string scratch;
  while (!outbox_.empty() && lws_partial_buffered(wsi_) == 0) {
    const std::string_view chunk = outbox_.next_chunk(scratch);
    // LWS_WRITE_HTTP passes bytes through unframed: the frames are made already. What the socket does
    // not take at once, lws keeps and sends before its own control frames and before it says writable.
    auto* bytes = reinterpret_cast<unsigned char*>(const_cast<char*>(chunk.data()));
    if (lws_write(wsi_, bytes, chunk.size(), LWS_WRITE_HTTP) < 0) {
      // Broken: lws closes it, and calls back.
      lws_set_timeout(wsi_, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
      return;
    }
    record_.sent += chunk.size();
    counts_.queued_bytes -= chunk.size();
    outbox_.consume(chunk.size());
  }
  if (!outbox_.empty()) {
    lws_callback_on_writable(wsi_);
  } else if (behind_) {
    behind_ = false;
    protocol_->on_drained();
  }
}

void Connection::on_peer_close(CloseCode code) {
  if (record_.close_code == static_cast<int>(CloseCode::kAbnormal)) {
    record_.close_code = static_cast<int>(code);
  }
}

void Connection::shut_down(CloseCode code, std::string_view reason) {
  if (!closing_) {
    protocol_->on_shutdown();
    close(code, reason);
  }
}

ClosedConnection Connection::closed() const {
  const auto duration = std::chrono::steady_clock::now() - record_.opened;
  return {record_.site,       record_.address,
          protocol_->user(),  record_.path,
          record_.close_code, record_.received,
          record_.sent,       std::chrono::duration_cast<std::chrono::milliseconds>(duration)};
}

void FlushQueue::add(Connection& connection) {
  if (!connection.queued_for_flush_) {
    connection.queued_for_flush_ = true;
    connections_.push_back(&connection);
  }
}

void FlushQueue::remove(Connection& connection) {
  if (connection.queued_for_flush_) {
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
