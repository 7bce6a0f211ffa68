#include "wamp/uri.hpp"

#include <algorithm>

namespace tws::wamp {

namespace {

constexpr std::size_t kMaxUri = 512;

bool is_forbidden(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= ' ' || byte == '#' || byte == 0x7F;
}

}  // namespace

bool is_uri(std::string_view uri) {
  return !uri.empty() && uri.size() <= kMaxUri && uri.front() != '.' && uri.back() != '.' &&
         uri.find("..") == std::string_view::npos && std::none_of(uri.begin(), uri.end(), is_forbidden);
}

}  // namespace tws::wamp
