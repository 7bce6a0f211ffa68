// PatternTable: entries by URI pattern, and which of them a URI matches (wamp-proto, advanced profile, "Pattern-based
// Subscription" and "Pattern-based Registration"). Looking up costs one search for each length of prefix and each
// wildcard of as many components. No thread affinity.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "wire/uri_pattern.hpp"

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
    }
    return *(table_of(pattern.match)[pattern.uri] = std::move(entry));
  }

  void remove(const UriPattern& pattern) {
    if (table_of(pattern.match).erase(pattern.uri) > 0 && pattern.match == Match::kPrefix) {
      const auto length = prefix_lengths_.find(pattern.uri.size());
      if (--length->second == 0) {
        prefix_lengths_.erase(length);
      }
    }
  }

  // Calls `visit(entry)` for each that has this URI: the exact one, prefixes from the longest on, then wildcards, those
  // that name earlier components first; until it answers true.
  template <typename Visit>
  void match(const std::string& uri, Visit&& visit) const {
    if (Entry* exact = find({uri, Match::kExact}); exact != nullptr && visit(*exact)) {
      return;
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

  // Calls `visit(entry)` for all of this kind.
  template <typename Visit>
  void each(Match match, Visit&& visit) const {
    for (const auto& [uri, entry] : table_of(match)) {
      visit(*entry);
    }
  }

 private:
  using Table = std::unordered_map<std::string, std::unique_ptr<Entry>>;

  [[nodiscard]] const Table& table_of(Match match) const { return tables_[static_cast<std::size_t>(match)]; }
  Table& table_of(Match match) { return tables_[static_cast<std::size_t>(match)]; }

  // Where one of two has the first component that the other one leaves open, it comes first.
  [[nodiscard]] std::vector<Entry*> wildcards_of(const std::string& uri) const {
    std::vector<std::pair<std::string_view, Entry*>> found;
    for (const auto& [pattern, entry] : table_of(Match::kWildcard)) {
      if (matches({pattern, Match::kWildcard}, uri)) {
        found.emplace_back(pattern, entry.get());
      }
    }
    // They match the same URI, so that they differ first where one of them has a dot, or ends: a component of it is
    // empty.
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
      const auto [in_a, in_b] = std::mismatch(a.first.begin(), a.first.end(), b.first.begin(), b.first.end());
      return in_a != a.first.end() && *in_a != '.' && (in_b == b.first.end() || *in_b == '.');
    });
    std::vector<Entry*> entries;
    for (const auto& [pattern, entry] : found) {
      entries.push_back(entry);
    }
    return entries;
  }

  Table tables_[3];
  // How many prefixes are so long; the longest first.
  std::map<std::size_t, std::size_t, std::greater<>> prefix_lengths_;
};

}  // namespace tws::wamp
