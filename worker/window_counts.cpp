#include "worker/window_counts.hpp"

#include <utility>

namespace tws::worker {

void WindowCounts::count(const TorrentFacets& facets, WindowFilter::Failures failures, Count by) {
  total_ += by;
  matching_ += failures.none() ? by : 0;
  for (std::size_t facet = 0; facet < kFacetCount; ++facet) {
    WindowFilter::Failures others = failures;
    if (others.reset(facet).any()) {
      continue;
    }
    for (const std::string& value : facets.values[facet]) {
      Count& count = counts_[facet][value];
      told_[facet].try_emplace(value, count);
      count += by;
    }
  }
}

Json WindowCounts::all() const {
  Json all(json_pack("{s:I,s:I}", "total", total_, "matching", matching_));
  for (std::size_t facet = 0; facet < kFacetCount; ++facet) {
    json_t* values = json_object();
    for (const auto& [value, count] : counts_[facet]) {
      if (count != 0) {
        json_object_set_new(values, value.c_str(), json_integer(count));
      }
    }
    json_object_set_new(all.get(), kFacetNames[facet], values);
  }
  return all;
}

Json WindowCounts::take_changes() {
  Json changes(json_object());
  if (std::exchange(told_total_, total_) != total_) {
    json_object_set_new(changes.get(), "total", json_integer(total_));
  }
  if (std::exchange(told_matching_, matching_) != matching_) {
    json_object_set_new(changes.get(), "matching", json_integer(matching_));
  }
  for (std::size_t facet = 0; facet < kFacetCount; ++facet) {
    const Json values(json_object());
    for (const auto& [value, told] : std::exchange(told_[facet], {})) {
      const auto counted = counts_[facet].find(value);
      if (counted->second != told) {
        json_object_set_new(values.get(), value.c_str(), json_integer(counted->second));
      }
      if (counted->second == 0) {
        counts_[facet].erase(counted);
      }
    }
    if (json_object_size(values.get()) != 0) {
      json_object_set(changes.get(), kFacetNames[facet], values.get());
    }
  }
  return changes;
}

}  // namespace tws::worker
