#include "worker/window_filter.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include "worker/text_order.hpp"

namespace tws::worker {

WindowFilter::WindowFilter(Values values, std::string_view search) : values_(std::move(values)) {
  std::istringstream folded(fold_case(search));
  for (std::string word; folded >> word;) {
    words_.push_back(word);
  }
}

WindowFilter::Failures WindowFilter::failures(const IndexedTorrent& torrent) const {
  const TorrentFacets& facets = torrent.facets;
  Failures failures;
  for (std::size_t facet = 0; facet < kFacetCount; ++facet) {
    const auto& admitted = values_[facet];
    const auto& own = facets.values[facet];
    failures[facet] = !admitted.empty() && std::none_of(own.begin(), own.end(), [&](const std::string& value) {
      return admitted.contains(value);
    });
  }
  const bool found = std::all_of(words_.begin(), words_.end(),
                                 [&](const std::string& word) { return facets.name.find(word) != std::string::npos; });
  failures[kSearch] = !found && (words_.size() != 1 || !torrent.hash.starts_with(words_.front()));
  return failures;
}

}  // namespace tws::worker
