// UriPattern: a set of topics or procedures, as directives and clients name it (wamp-proto, advanced profile,
// "Pattern-based Subscription"). Any process and thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "support/result.hpp"

namespace tws {

enum class Match {
  kExact,     // this URI
  kPrefix,    // all that begin with this text: "com.ex" has com.example as well; "" has all
  kWildcard,  // as many components, of which the empty ones here may be any
};

struct UriPattern {
  std::string uri;
  Match match = Match::kExact;

  bool operator==(const UriPattern&) const = default;
};

// Longer is none, whatever the rules.
inline constexpr std::size_t kMaxUri = 512;
// What no URI has: white space, control characters, '#'.
bool is_control_character(char c);
bool is_forbidden_in_uri(char c);
bool has_empty_component(std::string_view uri);

// The notation of directives: "com.example.chat" is that URI, "com.example.*" all that begin with "com.example.", "*"
// all there are, "com..status" those with any one component in the middle. An error says how to write it.
Result<UriPattern> parse_uri_pattern(std::string_view text);

// The names of WAMP's option `match`: exact, prefix, wildcard. Unknown: nullopt.
std::optional<Match> match_of(std::string_view name);
const char* name_of(Match match);

// Whether this URI is one of the pattern's. Components of a URI are not empty.
bool matches(const UriPattern& pattern, std::string_view uri);

// Whether each URI that `asked` has is one of the rule's, too. Never true where one could escape; a rule's single
// URI has no wildcard, and a wildcard has no prefix.
bool covers(const UriPattern& rule, const UriPattern& asked);

// Whether some URI is one of both. True also where that is not easily told.
bool may_overlap(const UriPattern& one, const UriPattern& other);

}  // namespace tws
