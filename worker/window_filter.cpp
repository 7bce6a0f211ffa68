#include "worker/window_filter.hpp"

#include <algorithm>
#include <sstream>

#include "worker/text_order.hpp"

namespace tws::worker {

void WindowFilter::set_search(std::string_view text) {
  words.clear();
  std::istringstream folded(fold_case(text));
  for (std::string word; folded >> word;) {
    words.push_back(word);
  }
  hash_start = words.size() == 1 ? words.front() : "";
}

WindowFilter::Failures WindowFilter::failures(const IndexedTorrent& torrent) const {
  const TorrentFacets& facets = torrent.facets;
  Failures failures;
  for (std::size_t facet = 0; facet < kFacetCount; ++facet) {
    const auto& admitted = values[facet];
    const auto& own = facets.values[facet];
    failures[facet] = !admitted.empty() && std::none_of(own.begin(), own.end(), [&](const std::string& value) {
      return admitted.contains(value);
    });
  }
  const bool found = std::all_of(words.begin(), words.end(), [&](const std::string& word) {
    return facets.name.find(word) != std::string::npos;
  });
  failures[kSearch] = !found && (hash_start.empty() || !torrent.hash.starts_with(hash_start));
  return failures;
}

}  // namespace tws::worker
