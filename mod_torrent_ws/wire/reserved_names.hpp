// The server's own names (docs/topics.md, docs/procedures.md) and WAMP's: a client can neither publish to nor register
// them. Any process and thread.
#pragma once

#include <string_view>

#include "wire/uri_pattern.hpp"

namespace tws {

bool is_reserved(std::string_view uri);

// Whether the pattern has no other URIs.
bool has_only_reserved(const UriPattern& pattern);

}  // namespace tws
