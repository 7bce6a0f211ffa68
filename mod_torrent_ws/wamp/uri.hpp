// URIs of topics and procedures (wamp-proto, basic profile, "URIs").
#pragma once

#include <string_view>

#include "wire/uri_pattern.hpp"

namespace tws::wamp {

// The specification's rules. Loose: components without white space or '#', none of them empty. Strict: of lower-case
// letters, digits and '_' alone. WAMP v1's topics, such as http://example.com/event#chat, are any text without control
// characters.
enum class UriRules { kLoose, kStrict, kV1 };

bool is_uri(std::string_view uri, UriRules rules = UriRules::kLoose);
// As a client may name it in SUBSCRIBE and REGISTER: components of wildcards may be empty, and a prefix may end
// anywhere.
bool is_uri_pattern(const UriPattern& pattern, UriRules rules);

// Whether a client's pattern has this topic. What is a URI in WAMP v1 alone has no pattern of v2: its clients are told
// of none that they would not take.
bool reaches(const UriPattern& pattern, std::string_view topic);

}  // namespace tws::wamp
