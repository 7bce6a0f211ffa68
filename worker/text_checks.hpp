// What a text from outside may look like.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tws::worker {

// C0 controls and DEL: they have no place in a path, a name, or a header line.
inline bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

// A torrent's info hash in lower case, or nothing if `text` is none (40 hexadecimal digits).
inline std::optional<std::string> info_hash(std::string_view text) {
  constexpr std::size_t kDigits = 40;
  if (text.size() != kDigits || text.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
    return std::nullopt;
  }
  std::string hash(text);
  std::transform(hash.begin(), hash.end(), hash.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c; });
  return hash;
}

// Those of its lines that are not empty; into `text`.
inline std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (!line.empty()) {
      lines.push_back(line);
    }
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return lines;
}

}  // namespace tws::worker
