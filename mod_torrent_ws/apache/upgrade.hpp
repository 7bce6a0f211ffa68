// The handler of `SetHandler torrent-ws`: checks an upgrade request and hands its connection over.
// Runs in httpd children, after all of httpd's own access control, in the request's own thread.
#pragma once

#include "apache/module.hpp"

namespace tws::apache {

int handle_upgrade(request_rec* request);

}  // namespace tws::apache
