// The handler of `SetHandler torrent-ws-publish`: takes publications by POST and puts them to the event loop
// (docs/pushing.md). Runs in httpd children, after all of httpd's own access control, in the request's own thread.
#pragma once

#include "apache/module.hpp"

namespace tws::apache {

int handle_publish(request_rec* request);

}  // namespace tws::apache
