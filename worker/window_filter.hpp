// WindowFilter: which torrents a window is of.
#pragma once

#include <array>
#include <bitset>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "worker/list_index.hpp"

namespace tws::worker {

struct WindowFilter {
  // What of a filter a torrent does not pass: a bit for each facet, and for the search.
  static constexpr std::size_t kSearch = kFacetCount;
  using Failures = std::bitset<kFacetCount + 1>;

  // One of the values in each facet that has some; every word in the name, or the hash begins like the only word.
  std::array<std::set<std::string, std::less<>>, kFacetCount> values;
  std::vector<std::string> words;  // folded
  std::string hash_start;          // in lower case, or empty

  void set_search(std::string_view text);

  [[nodiscard]] Failures failures(const IndexedTorrent& torrent) const;
};

}  // namespace tws::worker
