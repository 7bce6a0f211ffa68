// What this router can do, as WELCOME says it (docs/wamp.md has a test for each). No thread affinity.
#pragma once

#include "wamp/value.hpp"

namespace tws::wamp {

// WELCOME.Details.roles.
const Value& router_roles();

}  // namespace tws::wamp
