// PatternTable: entries by URI pattern, and which of them a URI matches (wamp-proto, advanced profile, "Pattern-based
// Subscription" and "Pattern-based Registration"). Looking up costs one search for each length of prefix and each
// wildcard of as many components. No thread affinity.
#pragma once

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "wamp/uri.hpp"

namespace tws::wamp {

template <typename Entry>
class PatternTable {
 public:
  // Null: there is none.
  [[nodiscard]] Entry* find(const UriPattern& pattern) const {
    const auto& table = table_of(pattern.match);
    const auto found = table.find(pattern.uri);
    return found == table.end() ? nullptr : found->second.get();
  }

  // There is none of that pattern yet.
  Entry& add(const UriPattern& pattern, std::unique_ptr<Entry> entry) {
    if (pattern.match == Match::kPrefix) {
      ++prefix_lengths_[pattern.uri.size()];
    } else if (pattern.match == Match::kWildcard) {
      wildcards_[components_of(pattern.uri)].insert(entry.get());
    }
    return *(table_of(pattern.match)[pattern.uri] = std::move(entry));
  }

  void remove(const UriPattern& pattern) {
    const auto found = table_of(pattern.match).find(pattern.uri);
    if (found == table_of(pattern.match).end()) {
      return;
    }
    if (pattern.match == Match::kPrefix) {
      const auto length = prefix_lengths_.find(pattern.uri.size());
      if (--length->second == 0) {
        prefix_lengths_.erase(length);
      }
    } else if (pattern.match == Match::kWildcard) {
      const auto of_length = wildcards_.find(components_of(pattern.uri));
      of_length->second.erase(found->second.get());
      if (of_length->second.empty()) {
        wildcards_.erase(of_length);
      }
    }
    table_of(pattern.match).erase(found);
  }

  // Calls `visit(entry)` for each that has this URI: the exact one, prefixes from the longest on, then wildcards, those
  // that name earlier components first; until it answers true.
  template <typename Visit>
  void match(const std::string& uri, Visit&& visit) const {
    if (Entry* exact = find({uri, Match::kExact}); exact != nullptr && visit(*exact)) {
      return;
    }
    if (!is_uri(uri)) {
      return;  // see reaches()
    }
    for (const auto& [length, count] : prefix_lengths_) {
      Entry* prefix = length <= uri.size() ? find({uri.substr(0, length), Match::kPrefix}) : nullptr;
      if (prefix != nullptr && visit(*prefix)) {
        return;
      }
    }
    for (Entry* wildcard : wildcards_of(uri)) {
      if (visit(*wildcard)) {
        return;
      }
    }
  }

 private:
  using Table = std::unordered_map<std::string, std::unique_ptr<Entry>>;

  [[nodiscard]] const Table& table_of(Match match) const { return tables_[static_cast<std::size_t>(match)]; }
  Table& table_of(Match match) { return tables_[static_cast<std::size_t>(match)]; }

  static std::size_t components_of(std::string_view uri) {
    return static_cast<std::size_t>(std::count(uri.begin(), uri.end(), '.')) + 1;
  }

  // Where one of two has the first component that the other one leaves open, it comes first.
  [[nodiscard]] std::vector<Entry*> wildcards_of(const std::string& uri) const {
    std::vector<Entry*> found;
    const auto of_length = wildcards_.find(components_of(uri));
    if (of_length == wildcards_.end()) {
      return found;
    }
    std::copy_if(of_length->second.begin(), of_length->second.end(), std::back_inserter(found),
                 [&uri](const Entry* entry) { return matches(entry->pattern, uri); });
    // They match the same URI, so that they differ first where one of them has a dot, or ends: a component of it is
    // empty.
    std::sort(found.begin(), found.end(), [](const Entry* one, const Entry* other) {
      const std::string& a = one->pattern.uri;
      const std::string& b = other->pattern.uri;
      const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
      return in_a != a.end() && *in_a != '.' && (in_b == b.end() || *in_b == '.');
    });
    return found;
  }

  Table tables_[3];
  std::unordered_map<std::size_t, std::set<Entry*>> wildcards_;  // by their number of components
  // How many prefixes are so long; the longest first.
  std::map<std::size_t, std::size_t, std::greater<>> prefix_lengths_;
};

}  // namespace tws::wamp
