// The relay process: goes on with the TLS connections of an httpd child that leaves before its clients
// do, so that the child holds no scoreboard slot for them. Forked by the leaving child; ends with its
// last connection, or when the torrent-ws process goes away.
#pragma once

#include <memory>

#include "apache/module.hpp"
#include "apache/tls_relay_loop.hpp"

namespace tws::apache {

// What a child has for its TLS connections; destroyed with pchild, as the last of its cleanups.
class ChildRelay {
 public:
  explicit ChildRelay(const server_rec* server) : server_(server) {}
  // Leaves the connections that are left to a relay process, unless httpd stops.
  ~ChildRelay();
  ChildRelay(const ChildRelay&) = delete;
  ChildRelay& operator=(const ChildRelay&) = delete;

  TlsRelay& relay() { return relay_; }

  // From the child_stopping hook: the child leaves and others go on (graceful), or httpd stops.
  void on_stopping(bool graceful) { leaves_gracefully_ = graceful; }

 private:
  [[nodiscard]] bool is_hard_stop() const;

  const server_rec* server_;
  TlsRelay relay_;
  bool leaves_gracefully_ = false;
};

}  // namespace tws::apache
