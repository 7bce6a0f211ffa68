// What all files in apache/ share: the module record and the configuration that hangs on it.
#pragma once

#include <httpd.h>
// Keeps this include first: httpd.h defines what the others need.
#include <http_config.h>
#include <http_log.h>

#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "wire/configuration.hpp"

extern module AP_MODULE_DECLARE_DATA torrent_ws_module;
APLOG_USE_MODULE(torrent_ws);

namespace tws::apache {

// What TorrentWsControlSocket says where it is not given, and where there is to be no socket.
inline constexpr const char* kDefaultAdminSocket = "torrent-ws.ctl";
inline constexpr const char* kNoSocket = "off";

// Which group and users may use the socket for publishers, beside root: of TorrentWsPublishSocket.
struct PublishSocketAccess {
  mode_t mode = 0660;
  std::optional<gid_t> group;  // httpd's Group where none is given
  std::vector<uid_t> users;    // httpd's User where none is given
};

struct SupervisorState;
class ChildRelay;

// One for each generation of the configuration, in httpd's parent and (after fork) in each child.
// Lives in pconf; virtual hosts share the main server's.
struct ServerState {
  Configuration configuration;
  std::string access_log;                          // of TorrentWsAccessLog: a path, or "|" and a program; empty: none
  std::string admin_socket = kDefaultAdminSocket;  // of TorrentWsControlSocket, as it was given
  std::string publish_socket = kNoSocket;          // of TorrentWsPublishSocket, as it was given
  PublishSocketAccess publish_access;
  int access_log_descriptor = -1;         // opened in post_config; belongs to pconf
  SupervisorState* supervisor = nullptr;  // set in post_config; lives in process memory
  ChildRelay* relay = nullptr;            // set in child_init; owned by pchild
};

// What may differ for each <Location>.
struct DirectoryConfig {
  bool origins_set = false;
  std::vector<std::string> allowed_origins;  // "scheme://host[:port]", lower case; "*" lets in any
  // What SetHandler says here in the server's configuration; an .htaccess file cannot change it.
  const char* server_handler = nullptr;
};

inline ServerState& state_of(const server_rec* server) {
  return *static_cast<ServerState*>(ap_get_module_config(server->module_config, &torrent_ws_module));
}

inline const DirectoryConfig& directory_config_of(const request_rec* request) {
  return *static_cast<DirectoryConfig*>(ap_get_module_config(request->per_dir_config, &torrent_ws_module));
}

// Makes a C++ object in an APR pool, with which it is destroyed.
template <typename T, typename... Arguments>
T* make_in_pool(apr_pool_t* pool, Arguments&&... arguments) {
  T* object = new (apr_palloc(pool, sizeof(T))) T(std::forward<Arguments>(arguments)...);
  apr_pool_cleanup_register(
      pool, object,
      [](void* data) -> apr_status_t {
        static_cast<T*>(data)->~T();
        return APR_SUCCESS;
      },
      apr_pool_cleanup_null);
  return object;
}

}  // namespace tws::apache
