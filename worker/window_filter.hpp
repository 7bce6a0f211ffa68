// WindowFilter: which torrents a window is of.
#pragma once

#include <array>
#include <bitset>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "worker/list_index.hpp"

namespace tws::worker {

class WindowFilter {
 public:
  // What of a filter a torrent does not pass: a bit for each facet, and for the search.
  static constexpr std::size_t kSearch = kFacetCount;
  using Failures = std::bitset<kFacetCount + 1>;

  using Values = std::array<std::set<std::string>, kFacetCount>;

  // Of a search the first different ones count: each is looked for in each name of the list.
  static constexpr std::size_t kMaxWords = 16;

  // Who passes has one of the values in each facet that has some; every word of the search in its name, or its hash
  // begins like the only word.
  WindowFilter(Values values, std::string_view search);

  [[nodiscard]] Failures failures(const IndexedTorrent& torrent) const;

 private:
  Values values_;
  std::vector<std::string> words_;  // folded
};

}  // namespace tws::worker
