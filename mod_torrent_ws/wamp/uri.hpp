// URIs of topics and procedures (wamp-proto, basic profile, "URIs").
#pragma once

#include <string_view>

#include "wire/reserved_names.hpp"

namespace tws::wamp {

// Loose URI rules: components without white space or '#', none of them empty.
bool is_uri(std::string_view uri);

using tws::is_reserved;

}  // namespace tws::wamp
