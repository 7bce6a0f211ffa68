// UnixBridge: publications of local programs on a Unix socket (TorrentWsPublishSocket): each line that one sends is
// what Publisher takes, and is answered with a line. Event-loop thread only.
#pragma once

#include <ev.h>

#include <memory>
#include <vector>

#include "bridge/publisher.hpp"
#include "io/clients.hpp"
#include "io/unix_listener.hpp"
#include "support/fd.hpp"
#include "support/log.hpp"
#include "support/occasional.hpp"

namespace tws {

class UnixBridge {
 public:
  // Programs that are connected; more are told so, and hung up on.
  static constexpr std::size_t kMaxClients = 256;
  // Of all that they have sent and that is no whole line yet: who goes beyond is told to come again, and hung up on.
  static constexpr std::size_t kMaxBytes = 64UL << 20;

  // Log and publisher outlive it.
  UnixBridge(struct ev_loop* loop, const Log& log, Publisher& publisher);
  ~UnixBridge();
  UnixBridge(const UnixBridge&) = delete;
  UnixBridge& operator=(const UnixBridge&) = delete;

  // Root and these users may connect; those who are connected stay. `max_line` in bytes, for who connects from now on.
  void configure(std::vector<uid_t> users, std::size_t max_line);
  // Takes connections there from now on. Without a socket, those that are there end.
  void listen(Fd socket);

 private:
  class Client;

  void take(Fd socket, const ucred& peer);

  struct ev_loop* loop_;
  const Log& log_;
  Publisher& publisher_;
  UnixListener listener_;
  std::vector<uid_t> users_;
  std::size_t max_line_ = 0;
  std::size_t bytes_ = 0;  // that are held for all clients
  Clients<Client> clients_;
  Occasional strangers_;
};

}  // namespace tws
