#include "wamp/uri.hpp"

#include <algorithm>
#include <array>

namespace tws::wamp {

namespace {

constexpr std::size_t kMaxUri = 512;
constexpr std::array<std::string_view, 5> kReservedPrefixes = {"wamp.", "torrents", "torrent.", "session", "group."};
constexpr std::array<std::string_view, 3> kReservedNames = {"free_space", "port_test", "blocklist_update"};

bool is_allowed(char c, UriRules rules) {
  const auto byte = static_cast<unsigned char>(c);
  if (rules == UriRules::kStrict) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  }
  return byte > ' ' && byte != '#' && byte != 0x7F;
}

bool has_allowed_characters(std::string_view uri, UriRules rules) {
  return uri.size() <= kMaxUri && std::all_of(uri.begin(), uri.end(), [rules](char c) { return is_allowed(c, rules); });
}

}  // namespace

bool is_uri(std::string_view uri, UriRules rules) {
  return !uri.empty() && uri.front() != '.' && uri.back() != '.' && uri.find("..") == std::string_view::npos &&
         has_allowed_characters(uri, rules);
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

bool is_reserved(std::string_view uri) {
  const auto begins_uri = [uri](std::string_view prefix) { return uri.substr(0, prefix.size()) == prefix; };
  return std::any_of(kReservedPrefixes.begin(), kReservedPrefixes.end(), begins_uri) ||
         std::find(kReservedNames.begin(), kReservedNames.end(), uri) != kReservedNames.end();
}

}  // namespace tws::wamp
