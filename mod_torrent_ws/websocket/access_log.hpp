// AccessLog: one line about each WebSocket that has closed, in the file or pipe of TorrentWsAccessLog
// (docs/directives.md has the format). Event-loop thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "support/fd.hpp"

namespace tws {

struct ClosedConnection {
  std::string_view site;     // name:port
  std::string_view address;  // of the client
  std::string_view user;     // of the session; empty: nobody
  std::string_view path;     // of the upgrade request
  int code;                  // RFC 6455, 7.4; 1006: the connection ended without one
  std::uint64_t received;    // bytes of messages
  std::uint64_t sent;        // bytes of frames
  std::chrono::milliseconds duration;
};

class AccessLog {
 public:
  // An empty one: nothing is written.
  void set_file(Fd file) { file_ = std::move(file); }
  void write(const ClosedConnection& connection) const;

 private:
  Fd file_;
};

}  // namespace tws
