// URIs of topics and procedures (wamp-proto, basic profile, "URIs").
#pragma once

#include <string_view>

namespace tws::wamp {

// Loose URI rules: components without white space or '#', none of them empty.
bool is_uri(std::string_view uri);

// The server's own names (and WAMP's): a client can neither publish to nor register them.
bool is_reserved(std::string_view uri);

}  // namespace tws::wamp
