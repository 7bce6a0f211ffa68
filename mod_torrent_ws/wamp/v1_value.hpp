// What WAMP v1 has in the place of v2's arguments: one value. A single argument is that value; several are a list,
// keyword arguments alone a dictionary, both of them {"args": […], "kwargs": {…}}, and none of them null. No thread
// affinity.
#pragma once

#include <string>

#include "wamp/payload.hpp"

namespace tws::wamp {

// As JSON.
std::string v1_value(const Payload& payload);

}  // namespace tws::wamp
