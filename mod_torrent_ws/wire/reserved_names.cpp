#include "wire/reserved_names.hpp"

#include <algorithm>
#include <array>

namespace tws {

namespace {

constexpr std::array<std::string_view, 6> kReservedPrefixes = {"wamp.",   "torrents", "torrent.",
                                                               "session", "group.",   "preferences"};
constexpr std::array<std::string_view, 3> kReservedNames = {"free_space", "port_test", "blocklist_update"};

}  // namespace

bool is_reserved(std::string_view uri) {
  const auto begins_uri = [uri](std::string_view prefix) { return uri.starts_with(prefix); };
  return std::any_of(kReservedPrefixes.begin(), kReservedPrefixes.end(), begins_uri) ||
         std::find(kReservedNames.begin(), kReservedNames.end(), uri) != kReservedNames.end();
}

bool has_only_reserved(const UriPattern& pattern) {
  const auto covers_pattern = [&pattern](std::string_view prefix) {
    return covers({std::string(prefix), Match::kPrefix}, pattern);
  };
  return std::any_of(kReservedPrefixes.begin(), kReservedPrefixes.end(), covers_pattern) ||
         (pattern.match == Match::kExact && is_reserved(pattern.uri));
}

}  // namespace tws
