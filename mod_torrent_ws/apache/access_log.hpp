// The log of TorrentWsAccessLog: opened here, written by torrent-ws (websocket/access_log.hpp).
#pragma once

#include "apache/module.hpp"

namespace tws::apache {

// Opens it for one generation of the configuration, with the rights of httpd's parent; the descriptor in
// ServerState stays -1 where there is none. Called from post_config.
Status open_access_log(server_rec* server, apr_pool_t* pconf);

}  // namespace tws::apache
