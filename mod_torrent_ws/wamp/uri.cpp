#include "wamp/uri.hpp"

#include <algorithm>
#include <array>

namespace tws::wamp {

namespace {

constexpr std::size_t kMaxUri = 512;
constexpr std::array<std::string_view, 5> kReservedPrefixes = {"wamp.", "torrents", "torrent.", "session", "group."};
constexpr std::array<std::string_view, 3> kReservedNames = {"free_space", "port_test", "blocklist_update"};

bool is_forbidden(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= ' ' || byte == '#' || byte == 0x7F;
}

}  // namespace

bool is_uri(std::string_view uri) {
  return !uri.empty() && uri.size() <= kMaxUri && uri.front() != '.' && uri.back() != '.' &&
         uri.find("..") == std::string_view::npos && std::none_of(uri.begin(), uri.end(), is_forbidden);
}

bool is_reserved(std::string_view uri) {
  const auto begins_uri = [uri](std::string_view prefix) { return uri.substr(0, prefix.size()) == prefix; };
  return std::any_of(kReservedPrefixes.begin(), kReservedPrefixes.end(), begins_uri) ||
         std::find(kReservedNames.begin(), kReservedNames.end(), uri) != kReservedNames.end();
}

}  // namespace tws::wamp
