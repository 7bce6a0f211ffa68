// Connection: one client's WebSocket, between its socket, which libwebsockets watches, and the protocol that speaks
// on it. Owned by the event loop's table; event-loop thread only.
#pragma once

#include <ev.h>
#include <libwebsockets.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "websocket/access_log.hpp"
#include "websocket/admission.hpp"
#include "websocket/handshake.hpp"
#include "websocket/message_rate.hpp"
#include "websocket/message_reader.hpp"
#include "websocket/outbox.hpp"
#include "websocket/transport.hpp"
#include "wire/handover.hpp"

namespace tws {

// A zero duration means: no such limit.
struct ConnectionLimits {
  std::size_t max_message_bytes = 0;
  std::size_t max_queued_bytes = 0;
  std::size_t max_message_rate = 0;  // messages per second; 0: no limit
  // A ping after so long without a sign of life; the end after one and a half times that.
  std::chrono::milliseconds ping_interval{30'000};
  std::chrono::milliseconds handshake_timeout{0};
  std::chrono::milliseconds idle_timeout{0};
  std::chrono::milliseconds max_session_age{0};
};

// The connections with something to write, flushed together at the end of a loop turn.
class FlushQueue;

// What the access log tells of a connection when it has closed.
struct ConnectionRecord {
  std::string site;
  std::string address;
  std::string path;
  std::chrono::steady_clock::time_point opened = std::chrono::steady_clock::now();
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  CloseCode close_code = CloseCode::kAbnormal;
};

// What all connections count together, for the status.
struct TrafficCounts {
  std::size_t queued_bytes = 0;
  std::uint64_t dropped_deltas = 0;
  std::size_t closing = 0;
};

// What all connections share; it outlives them.
struct ConnectionServices {
  struct ev_loop* loop;
  const Log& log;
  const ConnectionLimits& limits;  // of now: a graceful restart changes them
  Admission& admission;
  Refusals& refusals;
  FlushQueue& flush_queue;
  TrafficCounts& counts;
};

class Connection final : public Transport, private MessageSink {
 public:
  // `number` is for logs.
  Connection(lws* wsi, const Handover& handover, const Deflate& deflate, std::uint64_t number,
             ConnectionServices& services);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void set_protocol(std::unique_ptr<Protocol> protocol) { protocol_ = std::move(protocol); }
  // socket_cookie() of the descriptor that the handover brought.
  [[nodiscard]] std::uint64_t cookie() const { return cookie_; }
  [[nodiscard]] ClosedConnection closed() const;

  // Transport
  [[nodiscard]] TransportInfo info() const override {
    return {is_tls_ ? "wss" : "ws", record_.address, outbox_.queued_bytes()};
  }
  void send(FramePtr frame) override;
  bool offer(std::span<const FramePtr> frames) override;
  void close(CloseCode code, std::string_view reason) override;
  [[nodiscard]] bool is_closing() const override { return closing_; }
  [[nodiscard]] bool is_behind() const override;
  void charge(std::size_t bytes) override { rate_.charge(bytes); }
  void established() override { place_.end_handshake(); }
  bool claim_user(const std::string& user) override;
  void count(Refusal refusal) override;
  void leave_out() override { ++services_.counts.dropped_deltas; }
  void note(LogLevel level, std::string_view step, std::string_view detail = {}) const override;

  // Answers the handshake. `first`: what the client has sent behind its request.
  void begin(std::string response_head, std::string_view first);
  // What the client has sent.
  void receive(std::string_view bytes);
  // The socket takes more again.
  void on_writable();
  // Says good-bye, with a URI of WAMP's, and closes.
  void shut_down(CloseCode code, std::string_view reason, std::string_view goodbye);
  // The limits of time have changed.
  void set_timer();

  // Writes what it can, without waiting, and does what comes when all is written. From the flush queue.
  void flush();

 private:
  using Clock = std::chrono::steady_clock;

  // MessageSink
  void on_message(std::string_view message, bool binary) override;
  void on_ping(std::string_view payload) override;
  void on_pong(std::string_view /*payload*/) override {}  // any byte is a sign of life
  void on_close(CloseCode code) override;
  void on_failure(CloseCode code, std::string_view why) override;

  static void on_timer(struct ev_loop* loop, ev_timer* timer, int events);
  void on_time();
  void push(FramePtr frame);
  void push_urgent(std::string bytes);
  // More, or less, is queued than `before`.
  void count_queued(std::size_t before);
  // True when all is written.
  bool write_out();
  void all_written();
  void refuse(Refusal refusal, CloseCode code, std::string_view reason);
  // Ends the connection now, without a close frame.
  void hang_up();
  bool is_within_rate(std::size_t bytes);

  lws* wsi_;
  bool is_tls_;
  std::uint64_t cookie_;
  std::uint64_t number_;
  ConnectionServices& services_;
  Admission::Place place_;
  ConnectionRecord record_;
  MessageReader reader_;
  Outbox outbox_;
  MessageRate rate_;
  std::unique_ptr<Protocol> protocol_;
  ev_timer timer_{};
  Clock::time_point heard_ = Clock::now();         // the last sign of life
  Clock::time_point last_message_ = Clock::now();  // either way
  Clock::time_point close_deadline_;
  CloseCode close_code_ = CloseCode::kNormal;
  bool pinged_ = false;
  bool closing_ = false;            // the close frame is queued or out
  bool client_has_closed_ = false;  // or failed: nothing is awaited from it
  bool behind_ = false;             // an offer was refused; on_drained() is due
  bool queued_for_flush_ = false;

  friend class FlushQueue;
};

class FlushQueue {
 public:
  void add(Connection& connection);
  void remove(Connection& connection);
  // Called when the loop has nothing more to do before it waits.
  void flush();

 private:
  std::vector<Connection*> connections_;
};

}  // namespace tws
