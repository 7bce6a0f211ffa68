// The setter of TorrentWsHandler (docs/handlers.md); the table of all directives is in apache/directives.cpp. Like all
// setters: httpd's parent only; nullptr, or a message for configtest.
#pragma once

#include "apache/module.hpp"

namespace tws::apache {

const char* add_handler(cmd_parms* cmd, void* directory, int argc, char* const argv[]);

}  // namespace tws::apache
