// The blocking relay: for connections that cannot be handed over (connection_handover.hpp), it moves bytes
// between the connection's filters and torrent-ws in the request's own thread, as mod_proxy_wstunnel does.
// Each holds an httpd thread, so torrent-ws takes no more than TorrentWsMaxBlockingRelays of them.
#pragma once

#include "apache/module.hpp"
#include "wire/handover.hpp"

namespace tws::apache {

// Returns when the WebSocket has ended, or at once with the HTTP status that refuses it. `obstacle` says
// what stands in the way of a handover, for the log. Runs in httpd children, in the request's own thread.
int relay_blocking(request_rec* request, Handover handover, const std::string& obstacle);

}  // namespace tws::apache
