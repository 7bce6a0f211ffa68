// The handler of `SetHandler torrent-ws-status`: figures of the torrent-ws process as a table for people, as JSON
// (?json) or as OpenMetrics (?metrics). They hold no names of users, titles or secrets. Runs in httpd children;
// blocks its request's thread until the event loop answers, two and a half seconds at most.
#pragma once

#include "apache/module.hpp"

namespace tws::apache {

int handle_status(request_rec* request);

}  // namespace tws::apache
