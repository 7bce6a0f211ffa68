#include "wamp/uri.hpp"

#include <algorithm>

namespace tws::wamp {

namespace {

bool is_allowed(char c, UriRules rules) {
  if (rules == UriRules::kStrict) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  }
  return rules == UriRules::kV1 ? !is_control_character(c) : !is_forbidden_in_uri(c);
}

bool has_allowed_characters(std::string_view uri, UriRules rules) {
  return uri.size() <= kMaxUri && std::all_of(uri.begin(), uri.end(), [rules](char c) { return is_allowed(c, rules); });
}

}  // namespace

bool is_uri(std::string_view uri, UriRules rules) {
  return (rules == UriRules::kV1 ? !uri.empty() : !has_empty_component(uri)) && has_allowed_characters(uri, rules);
}

bool is_uri_pattern(const UriPattern& pattern, UriRules rules) {
  switch (pattern.match) {
    case Match::kExact:
      return is_uri(pattern.uri, rules);
    case Match::kWildcard:
      return !pattern.uri.empty() && has_allowed_characters(pattern.uri, rules);
    default:
      return has_allowed_characters(pattern.uri, rules);
  }
}

bool reaches(const UriPattern& pattern, std::string_view topic) {
  return matches(pattern, topic) && (pattern.match == Match::kExact || is_uri(topic));
}

}  // namespace tws::wamp
