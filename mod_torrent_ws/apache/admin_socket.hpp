// The socket that torrent-wsctl connects to: httpd's parent makes it (TorrentWsControlSocket), as it may write
// where httpd's User may not, and gives it to torrent-ws. Everything here runs in httpd's parent.
#pragma once

#include <sys/stat.h>
#include <sys/un.h>

#include <string>

#include "apache/module.hpp"

namespace tws::apache {

// Plain data: it outlives the DSO. The file stays over graceful restarts, in which it is replaced and never
// missing; the descriptor belongs to one generation.
struct AdminSocket {
  int descriptor = -1;
  char path[sizeof(sockaddr_un::sun_path)] = {};  // empty: no file is ours
  dev_t device = 0;
  ino_t inode = 0;
};

// What TorrentWsControlSocket says, as a full path; empty for "off". An error, with the remedy, when no socket
// can be there.
Result<std::string> admin_socket_path(const server_rec* server, apr_pool_t* pool);

// Listens at this path, and removes the file of a former generation at another one. An error leaves it closed.
Status open_admin_socket(AdminSocket& socket, const std::string& path);

// For the end of a generation, and for what is forked; the file stays.
void close_admin_socket(AdminSocket& socket);

// Removes the file, unless somebody else has put another one there.
void remove_admin_socket(AdminSocket& socket);

}  // namespace tws::apache
