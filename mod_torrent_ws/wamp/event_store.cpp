#include "wamp/event_store.hpp"

#include <algorithm>
#include <set>

namespace tws::wamp {

namespace {

std::size_t size_of(const Publication& publication) {
  return publication.topic.size() + publication.payload->args.in(Serializer::kJson).size() +
         publication.payload->kwargs.in(Serializer::kJson).size();
}

bool is_same(const UriPattern& a, const UriPattern& b) { return a.match == b.match && a.uri == b.uri; }

}  // namespace

void EventStore::configure(const std::vector<EventHistory>& histories) {
  std::vector<History> before = std::exchange(histories_, {});
  for (const EventHistory& wanted : histories) {
    History& history = histories_.emplace_back(History{wanted, {}});
    const auto found = std::find_if(before.begin(), before.end(), [&wanted](const History& old) {
      return is_same(old.configuration.pattern, wanted.pattern);
    });
    if (found != before.end()) {
      history.events = std::move(found->events);
      history.bytes = found->bytes;
    }
  }
}

void EventStore::retain(const PublicationPtr& publication) {
  const auto forget = [this](std::list<Kept>::iterator kept) {
    retained_bytes_ -= kept->bytes;
    retained_by_topic_.erase(kept->publication->topic);
    retained_.erase(kept);
  };
  if (const auto before = retained_by_topic_.find(publication->topic); before != retained_by_topic_.end()) {
    forget(before->second);
  }
  retained_.push_back({publication, size_of(*publication)});
  retained_bytes_ += retained_.back().bytes;
  retained_by_topic_.emplace(publication->topic, std::prev(retained_.end()));
  while (retained_.size() > kMaxRetained || retained_bytes_ > kMaxRetainedBytes) {
    forget(retained_.begin());
  }
}

void EventStore::record(const PublicationPtr& publication) {
  for (History& history : histories_) {
    if (!matches(history.configuration.pattern, publication->topic)) {
      continue;
    }
    history.events.push_back({publication, size_of(*publication)});
    history.bytes += history.events.back().bytes;
    while (history.events.size() > history.configuration.events || history.bytes > kMaxHistoryBytes) {
      history.bytes -= history.events.front().bytes;
      history.events.pop_front();
    }
  }
}

std::vector<PublicationPtr> EventStore::retained(const UriPattern& pattern) const {
  std::vector<PublicationPtr> found;
  if (pattern.match == Match::kExact) {
    const auto kept = retained_by_topic_.find(pattern.uri);
    if (kept != retained_by_topic_.end()) {
      found.push_back(kept->second->publication);
    }
    return found;
  }
  for (const Kept& kept : retained_) {
    if (matches(pattern, kept.publication->topic)) {
      found.push_back(kept.publication);
    }
  }
  return found;
}

std::vector<PublicationPtr> EventStore::history(const UriPattern& pattern) const {
  std::vector<PublicationPtr> found;
  std::set<Id> known;  // an event may be in several histories
  for (const History& history : histories_) {
    for (const Kept& kept : history.events) {
      if (matches(pattern, kept.publication->topic) && known.insert(kept.publication->id).second) {
        found.push_back(kept.publication);
      }
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a->time_ms < b->time_ms; });
  return found;
}

bool EventStore::has_history(const UriPattern& pattern) const {
  return std::any_of(histories_.begin(), histories_.end(), [&pattern](const History& history) {
    return covers(history.configuration.pattern, pattern) || covers(pattern, history.configuration.pattern);
  });
}

}  // namespace tws::wamp
