// AdminServer: takes connections of torrent-wsctl on the socket that httpd's parent made (TorrentWsControlSocket).
// Its mode lets in nobody else, and the kernel says who connects. Event-loop thread only.
#pragma once

#include <ev.h>
#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "admin/admin_client.hpp"
#include "io/clients.hpp"
#include "io/unix_listener.hpp"
#include "support/fd.hpp"
#include "support/log.hpp"
#include "wamp/realm.hpp"

namespace tws {

class AdminServer {
 public:
  // `status` gives the status as a JSON object. The realms outlive it.
  AdminServer(struct ev_loop* loop, const Log& log, const wamp::Realms& realms, std::function<std::string()> status);

  // Takes connections there from now on, of root and of this user. Without a socket, those that are there end.
  void listen(Fd socket, uid_t user);

 private:
  void take(Fd socket, const ucred& peer);

  struct ev_loop* loop_;
  const Log& log_;
  AdminDesk desk_;
  UnixListener listener_;
  uid_t user_ = 0;
  Clients<AdminClient> clients_;
};

}  // namespace tws
