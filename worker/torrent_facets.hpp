// TorrentFacets: what a window filters and counts by, of one torrent.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "wire/window_request.hpp"
#include "worker/torrent_list.hpp"

namespace tws::worker {

struct TorrentFacets {
  using Values = std::vector<std::string>;

  // Each at least one, none twice. "" is that of a torrent without labels, trackers or owner. A tracker is the host of
  // its announce URL, in lower case.
  std::array<Values, kFacetCount> values;
  std::string name;  // fold_case() of it

  bool operator==(const TorrentFacets&) const = default;
};

// Whether they depend on one of these fields.
bool touches_facets(const FieldSet& fields);

// `before` are those of the same torrent before `changed`, or any of a new torrent, of which everything has changed.
TorrentFacets facets_of(const Torrent& torrent, const FieldSet& changed, const TorrentFacets& before = {});

}  // namespace tws::worker
