// SessionEntries: which entries of a PatternTable each session has, and whether it may have one more. Event-loop thread
// only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <set>
#include <unordered_map>
#include <vector>

#include "wire/uri_pattern.hpp"

namespace tws::wamp {

class Session;

template <typename Entry>
class SessionEntries {
 public:
  // Of one session: each pattern costs a look at every publication or call.
  static constexpr std::size_t kMaxPatterns = 100;

  void add(const Session& session, Entry& entry) { entries_[&session].insert(&entry); }

  // The session has it.
  void remove(const Session& session, Entry& entry) {
    const auto own = entries_.find(&session);
    own->second.erase(&entry);
    if (own->second.empty()) {
      entries_.erase(own);
    }
  }

  [[nodiscard]] std::size_t count(const Session& session) const {
    const auto own = entries_.find(&session);
    return own == entries_.end() ? 0 : own->second.size();
  }

  // As of now.
  [[nodiscard]] std::vector<Entry*> of(const Session& session) const {
    const auto own = entries_.find(&session);
    return own == entries_.end() ? std::vector<Entry*>() : std::vector<Entry*>(own->second.begin(), own->second.end());
  }

  // Whether the session, which may have `most`, has room for one of this pattern.
  [[nodiscard]] bool has_room(const Session& session, const UriPattern& pattern, std::size_t most) const {
    const auto own = entries_.find(&session);
    if (own == entries_.end()) {
      return most > 0;
    }
    const auto patterns = std::count_if(own->second.begin(), own->second.end(),
                                        [](const Entry* entry) { return entry->pattern.match != Match::kExact; });
    return own->second.size() < most &&
           (pattern.match == Match::kExact || static_cast<std::size_t>(patterns) < kMaxPatterns);
  }

 private:
  std::unordered_map<const Session*, std::set<Entry*>> entries_;
};

}  // namespace tws::wamp
