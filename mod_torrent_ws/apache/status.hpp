// The handler of `SetHandler torrent-ws-status`: figures of the torrent-ws process as JSON (?json) or
// OpenMetrics (?metrics). They hold no names, titles or secrets. Runs in httpd children; blocks its
// request's thread until the event loop answers, at most kStatusTimeoutMs.
#pragma once

#include "apache/module.hpp"

namespace tws::apache {

int handle_status(request_rec* request);

}  // namespace tws::apache
