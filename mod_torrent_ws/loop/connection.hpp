// Connection: one client's WebSocket, between libwebsockets and the protocol that speaks on it.
// Owned by the event loop's table; event-loop thread only.
#pragma once

#include <libwebsockets.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "loop/access_log.hpp"
#include "loop/inflater.hpp"
#include "loop/outbox.hpp"
#include "loop/transport.hpp"
#include "wire/handover.hpp"

namespace tws {

struct ConnectionLimits {
  std::size_t max_message_bytes;
  std::size_t max_queued_bytes;
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
  int close_code = static_cast<int>(CloseCode::kAbnormal);
};

// What all connections count together, for the status.
struct TrafficCounts {
  std::size_t queued_bytes = 0;
  std::uint64_t dropped_deltas = 0;
  std::size_t closing = 0;
};

class Connection final : public Transport {
 public:
  Connection(lws* wsi, const Handover& handover, std::uint64_t cookie, bool deflate, ConnectionLimits limits,
             FlushQueue& flush_queue, TrafficCounts& counts);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void set_protocol(std::unique_ptr<Protocol> protocol) { protocol_ = std::move(protocol); }
  [[nodiscard]] bool is_tls() const { return is_tls_; }
  [[nodiscard]] bool is_relayed_blocking() const { return is_relayed_blocking_; }
  [[nodiscard]] bool is_closing() const { return closing_; }
  // The client has had the time to take what is queued and the close frame.
  [[nodiscard]] bool is_overdue(std::chrono::steady_clock::time_point now) const {
    return closing_ && now > close_deadline_;
  }
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

  // From libwebsockets' callbacks; a non-zero result ends the connection.
  int on_receive(std::string_view part);
  int on_writable();
  void on_peer_close(CloseCode code);
  // Says good-bye and closes.
  void shut_down(CloseCode code, std::string_view reason);

  // Writes what it can, without waiting. From the flush queue.
  void flush();

 private:
  void push(FramePtr frame);
  // False when it closed the connection.
  bool take(std::string_view part, bool whole);

  lws* wsi_;
  bool is_tls_;
  bool is_relayed_blocking_;
  std::uint64_t cookie_;
  ConnectionRecord record_;
  ConnectionLimits limits_;
  FlushQueue& flush_queue_;
  TrafficCounts& counts_;
  Outbox outbox_;
  std::string incoming_;
  bool compressed_ = false;  // the message that is coming in
  std::unique_ptr<Inflater> inflater_;
  std::unique_ptr<Protocol> protocol_;
  std::string close_reason_;
  CloseCode close_code_ = CloseCode::kNormal;
  bool closing_ = false;
  std::chrono::steady_clock::time_point close_deadline_;
  bool behind_ = false;  // an offer was refused; on_drained() is due
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
