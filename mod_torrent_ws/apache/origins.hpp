// Which pages may use a browser's login here (TorrentWsAllowedOrigins). In httpd's children.
#pragma once

#include "apache/module.hpp"

namespace tws::apache {

// A missing Origin is let in: that is no browser, and only browsers lend their cookies to other sites' pages. That one
// is refused is logged.
bool is_origin_allowed(request_rec* request);

}  // namespace tws::apache
