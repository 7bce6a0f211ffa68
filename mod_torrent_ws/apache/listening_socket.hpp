// Unix sockets that httpd's parent makes, as it may write where httpd's User may not, and gives to torrent-ws: the one
// that torrent-wsctl connects to (TorrentWsControlSocket) and the one for programs that publish
// (TorrentWsPublishSocket). Everything here runs in httpd's parent.
#pragma once

#include <sys/stat.h>
#include <sys/un.h>

#include <string>

#include "apache/module.hpp"

namespace tws::apache {

// Plain data: it outlives the DSO. The file stays over graceful restarts, in which it is replaced and never
// missing; the descriptor belongs to one generation.
struct ListeningSocket {
  int descriptor = -1;
  char path[sizeof(sockaddr_un::sun_path)] = {};  // empty: no file is ours
  dev_t device = 0;
  ino_t inode = 0;
};

// Full paths; empty for "off". An error, with the remedy, when no socket can be there.
Result<std::string> admin_socket_path(const server_rec* server, apr_pool_t* pool);
Result<std::string> publish_socket_path(const server_rec* server, apr_pool_t* pool);

// Who else may connect than the user that starts httpd.
struct SocketAccess {
  mode_t mode = 0600;
  gid_t group = static_cast<gid_t>(-1);  // that one: as the process has it
};

// Listens at this path, and removes the file of a former generation at another one. An error leaves it closed.
Status open_listening_socket(ListeningSocket& socket, const std::string& path, const SocketAccess& access);

// For the end of a generation, and for what is forked; the file stays.
void close_listening_socket(ListeningSocket& socket);

// Removes the file, unless somebody else has put another one there.
void remove_listening_socket(ListeningSocket& socket);

}  // namespace tws::apache
