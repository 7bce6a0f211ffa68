// WindowRequest: which part of a daemon's list somebody wants to see (docs/topics.md, "torrents.window"), as a client
// asks the event loop for it and the loop asks a worker: read and checked, not evaluated.
#pragma once

#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/json.hpp"
#include "support/result.hpp"

namespace tws {

// What torrents are filtered and counted by, besides the search.
enum Facet : std::size_t { kStatusFacet, kLabelsFacet, kTrackersFacet, kFoldersFacet, kOwnersFacet, kFacetCount };
inline constexpr std::array<const char*, kFacetCount> kFacetNames = {"status", "labels", "trackers", "folders",
                                                                     "owners"};

// The values of the facet `status`: the GUI's filters (htdocs/gui/list/filters.ts).
inline constexpr std::array kStatusValues = {"all",     "downloading", "seeding",   "active",
                                             "stopped", "queued",      "verifying", "problem"};

// What is sorted by besides fields of the list, as the GUI does.
inline constexpr const char* kActivityKey = "activity";
inline constexpr const char* kProgressKey = "progress";

struct WindowRequest {
  struct SortKey {
    std::string name;
    bool is_descending;
  };

  std::array<std::set<std::string>, kFacetCount> values;  // an empty set admits all
  std::string search;
  std::vector<SortKey> sort;
  std::size_t offset = 0;
  std::size_t limit = 100;
  std::set<std::string> fields;  // empty: all of the list
};

// Of a dictionary with the members `filter`, `sort`, `offset`, `limit` and `fields`, all optional. It may have another
// member of the name `further`. The error is invalid_argument, and names the member that is wrong.
Result<WindowRequest> read_window_request(const json_t* arguments, std::string_view further = {});

// Such a dictionary: the same for all that mean the same.
Json to_json(const WindowRequest& request);

}  // namespace tws
