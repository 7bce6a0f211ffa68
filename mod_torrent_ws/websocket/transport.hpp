// Transport: what a protocol (WAMP, echo) sees of its client's connection, and the other way round.
// Event-loop thread only.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "support/log.hpp"
#include "websocket/frame.hpp"
#include "websocket/refusals.hpp"

namespace tws {

// WebSocket close codes (RFC 6455, 7.4) that are used here; docs/errors.md says when.
enum class CloseCode : std::uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,
  kProtocolError = 1002,
  kUnsupportedData = 1003,
  kInvalidPayload = 1007,
  kPolicyViolation = 1008,
  kNone = 1005,      // only in logs: the close frame had no code
  kAbnormal = 1006,  // only in logs: there was no close frame
  kMessageTooBig = 1009,
  kServiceRestart = 1012,
  kTryAgainLater = 1013,
};

// What an administrator is told of a client's connection.
struct TransportInfo {
  std::string_view kind;     // "ws", "wss", or "admin" for torrent-wsctl
  std::string_view address;  // the client's
  std::size_t queued_bytes = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;

  [[nodiscard]] virtual TransportInfo info() const { return {}; }

  // Queues a message. A client whose queue would grow over its bound is closed with 1008.
  virtual void send(FramePtr frame) = 0;

  // Queues messages that may be left out, all or none, as a later snapshot replaces them. False: they
  // were left out, and on_drained() of the protocol will be called when the client has caught up.
  virtual bool offer(std::span<const FramePtr> frames) = 0;

  // Sends what is queued, then the close frame. Nothing is received any more.
  virtual void close(CloseCode code, std::string_view reason) = 0;

  // An event that may be left out was, as one before it was: counted.
  virtual void leave_out() {}

  // A user is signed in, or nobody has to: TorrentWsHandshakeTimeout no longer runs, and what is bounded for strangers
  // is free.
  virtual void established() {}

  // The connection is this user's from now on; false: the user has TorrentWsMaxConnectionsPerUser of them.
  virtual bool claim_user(const std::string& /*user*/) { return true; }

  // The close frame is queued or out.
  [[nodiscard]] virtual bool is_closing() const { return false; }

  // More than half of what may wait for the client does.
  [[nodiscard]] virtual bool is_behind() const { return false; }

  // What the client has asked for costs so many bytes: counted as messages of its own, by their size.
  virtual void charge(std::size_t /*bytes*/) {}

  // The client was refused something for this reason.
  virtual void count(Refusal /*refusal*/) {}

  // A step of the connection's story, for the log; never a secret, nor what a message holds.
  virtual void note(LogLevel /*level*/, std::string_view /*step*/, std::string_view /*detail*/ = {}) const {}
};

// What speaks on a connection. Destroyed with it.
class Protocol {
 public:
  virtual ~Protocol() = default;
  // The answer to the upgrade is on its way.
  virtual void on_open() {}
  // What is not binary is UTF-8.
  virtual void on_message(std::string_view message, bool binary) = 0;
  // The client has caught up after an offer() was refused.
  virtual void on_drained() {}
  // Who is signed in, for the access log; empty: nobody.
  [[nodiscard]] virtual std::string_view user() const { return {}; }
  // The id of the session, for logs; 0: none.
  [[nodiscard]] virtual std::uint64_t session_id() const { return 0; }
  // The transport closes after this; `goodbye` is the URI that WAMP has for the reason.
  virtual void on_shutdown(std::string_view /*goodbye*/) {}
};

}  // namespace tws
