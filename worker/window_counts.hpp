// WindowCounts: how many torrents pass a filter, and how many would with another value of one facet: the counts of a
// facet take all of the filter into account but that facet. Kept up to date torrent by torrent.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <string>

#include "worker/window_filter.hpp"

namespace tws::worker {

class WindowCounts {
 public:
  using Count = json_int_t;

  void add(const TorrentFacets& facets, WindowFilter::Failures failures) { count(facets, failures, 1); }
  void remove(const TorrentFacets& facets, WindowFilter::Failures failures) { count(facets, failures, -1); }

  // {"total": n, "matching": n, "status": {value: n, …}, "labels": …, …}; values that are nobody's are left out.
  [[nodiscard]] Json all() const;
  // Of these the members that changed since this was last asked; what is nobody's any more is 0. An empty dictionary:
  // nothing.
  Json take_changes();

 private:
  using Counts = std::map<std::string, Count, std::less<>>;

  void count(const TorrentFacets& facets, WindowFilter::Failures failures, Count by);

  Count total_ = 0;
  Count matching_ = 0;
  std::array<Counts, kFacetCount> counts_;
  // As last told: of the facets those values alone that were counted since.
  Count told_total_ = 0;
  Count told_matching_ = 0;
  std::array<Counts, kFacetCount> told_;
};

}  // namespace tws::worker
