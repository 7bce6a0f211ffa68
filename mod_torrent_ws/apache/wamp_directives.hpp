// The setters of the directives about the WAMP router (docs/directives.md, Roles and patterns); the table of all
// directives is in apache/directives.cpp. Like all setters: httpd's parent only; nullptr, or a message for configtest.
#pragma once

#include "apache/module.hpp"

namespace tws::apache {

const char* add_permission(cmd_parms* cmd, void* directory, int argc, char* const argv[]);
const char* add_event_history(cmd_parms* cmd, void* directory, const char* uris, const char* events);

}  // namespace tws::apache
