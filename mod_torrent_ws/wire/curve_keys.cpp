#include "wire/curve_keys.hpp"

#include <unistd.h>

#include <algorithm>

namespace tws {

namespace {

constexpr std::size_t kKeyLength = 40;
constexpr std::size_t kMaxFile = 256UL << 10;
// Beside digits and letters (ZeroMQ RFC 32).
constexpr std::string_view kSigns = ".-:+=^!/*?&<>()[]{}@%$#";

bool is_z85(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kSigns.find(c) != std::string_view::npos;
}

}  // namespace

bool is_curve_key(std::string_view text) {
  return text.size() == kKeyLength && std::all_of(text.begin(), text.end(), is_z85);
}

Result<std::vector<std::string>> parse_curve_keys(std::string_view text) {
  std::vector<std::string> keys;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    // A key may begin with # as well.
    if (is_curve_key(line)) {
      keys.emplace_back(line);
    } else if (!line.empty() && line.front() != '#') {
      return Error{"line " + std::to_string(number) + " is no public key of 40 characters in Z85", {}};
    }
  }
  if (keys.size() > kMaxCurveClients) {
    return Error{"there are more than " + std::to_string(kMaxCurveClients) + " keys", {}};
  }
  return keys;
}

Result<std::vector<std::string>> read_curve_keys(int file) {
  std::string text(kMaxFile + 1, '\0');
  const ssize_t size = pread(file, text.data(), text.size(), 0);
  if (size < 0 || static_cast<std::size_t>(size) > kMaxFile) {
    return Error{"it cannot be read, or has more than " + std::to_string(kMaxFile) + " bytes", {}};
  }
  text.resize(static_cast<std::size_t>(size));
  return parse_curve_keys(text);
}

}  // namespace tws
