// The handover message: what httpd's children and relay processes send to the torrent-ws process, most with a
// descriptor. Read by the event loop.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "support/result.hpp"

namespace tws {

inline constexpr std::size_t kMaxHandoverHead = 32UL << 10;
inline constexpr std::size_t kMaxDrained = 64UL << 10;
// httpd is read in steps, and the core's buffer at once: the last one may go over kMaxDrained.
inline constexpr std::size_t kMaxHandover = kMaxHandoverHead + 2 * kMaxDrained;

enum class HandoverKind {
  kConnection,  // the descriptor is a client's socket, or the plain side of its TLS relay
  kStatus,      // the descriptor is a socket that wants the status JSON and is then closed
  kRelay,       // a relay process began: the descriptor says how many connections it has, and ends with it
  kPublish,     // the descriptor is a socket with the body of a publication, which wants an answer (below)
  kExpired,     // a relay's connection has had its time: to be closed with 1012; no descriptor
};

// How who publishes over HTTP without being a user of the site's says who it is (docs/pushing.md).
struct PublishSignature {
  std::string key;  // its name; empty: there is no signature
  std::string timestamp;
  std::string seq;
  std::string nonce;
  std::string signature;
};

struct Handover {
  HandoverKind kind = HandoverKind::kConnection;
  std::string endpoint;        // what answers: "wamp", or "echo" in test builds
  std::string realm;           // the realm that HELLO may ask for
  std::string address;         // the client's, as httpd sees it behind mod_remoteip
  std::string user;            // r->user: signed in by httpd's own access control; else empty
  bool tls = false;            // came over TLS
  bool blocking = false;       // the descriptor leads to a blocking relay
  std::string site;            // the virtual host, name:port, for the access log
  std::string path;            // of the request, escaped, without a query: the same
  int relay = 0;               // kRelay: pid of the relay process
  std::uint64_t expired = 0;   // kExpired: socket_cookie() of the descriptor that came with the connection
  std::string key;             // Sec-WebSocket-Key
  std::string protocol;        // the subprotocol that was chosen, or empty
  std::string extensions;      // Sec-WebSocket-Extensions as offered
  PublishSignature signature;  // kPublish, where `user` is empty
  std::string drained;         // bytes that httpd had already read behind the request; plain TCP only
};

// What comes back over the descriptor of kPublish: HTTP's status in digits, a line feed, and the JSON for the client.

// Without `drained`: the sender appends those bytes. An error when a field is not UTF-8 or too long: it came
// from a client and is refused.
Result<std::string> encode_handover(const Handover& handover);
Result<Handover> decode_handover(std::string_view message);

// What both processes know a socket by that went from one to the other (socket(7), SO_COOKIE).
std::uint64_t socket_cookie(int socket);

}  // namespace tws
