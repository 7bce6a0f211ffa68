#include "wamp/event_store.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "wamp/uri.hpp"

namespace tws::wamp {

namespace {

// Of memory, when each serializer has been asked for; at least what an event without arguments takes.
std::size_t size_of(const Publication& publication) {
  constexpr std::size_t kEvent = 512;
  return kEvent + publication.topic.size() + publication.receivers.bytes() +
         kSerializers.size() * (publication.payload->args.bytes() + publication.payload->kwargs.bytes());
}

}  // namespace

void EventStore::configure(const std::vector<EventHistory>& histories) {
  std::vector<History> before = std::exchange(histories_, {});
  for (const EventHistory& wanted : histories) {
    History& history = histories_.emplace_back(History{wanted, {}});
    const auto found = std::find_if(before.begin(), before.end(), [&wanted](const History& old) {
      return old.configuration.pattern == wanted.pattern;
    });
    if (found != before.end()) {
      history.events = std::move(found->events);
      history.bytes = found->bytes;
      trim(history);
    }
  }
}

void EventStore::trim(History& history) {
  while (history.events.size() > history.configuration.events || history.bytes > kMaxHistoryBytes) {
    history.bytes -= history.events.front().bytes;
    history.events.pop_front();
  }
}

void EventStore::retain(const PublicationPtr& publication) {
  const auto forget = [this](std::list<Kept>::iterator kept) {
    retained_bytes_ -= kept->bytes;
    retained_by_topic_.erase(key_of(*kept->publication));
    retained_.erase(kept);
  };
  const Key key = key_of(*publication);
  if (const auto before = retained_by_topic_.find(key); before != retained_by_topic_.end()) {
    forget(before->second);
  }
  retained_.push_back({publication, size_of(*publication)});
  retained_bytes_ += retained_.back().bytes;
  retained_by_topic_.emplace(key, std::prev(retained_.end()));
  while (retained_.size() > kMaxRetained || retained_bytes_ > kMaxRetainedBytes) {
    forget(retained_.begin());
  }
}

void EventStore::record(const PublicationPtr& publication) {
  // wamp-proto, "Event History": what is for single sessions, or not for them, is not kept at all.
  if (publication->receivers.name_sessions()) {
    return;
  }
  for (History& history : histories_) {
    if (!matches(history.configuration.pattern, publication->topic)) {
      continue;
    }
    history.events.push_back({publication, size_of(*publication)});
    history.bytes += history.events.back().bytes;
    trim(history);
  }
}

std::vector<PublicationPtr> EventStore::retained(const UriPattern& pattern, const Receiver& receiver) const {
  std::vector<PublicationPtr> found;
  const auto take_latest = [&](const std::string& topic) {
    PublicationPtr latest;
    for (const bool to_all : {true, false}) {
      const auto kept = retained_by_topic_.find({topic, to_all});
      if (kept != retained_by_topic_.end() && kept->second->publication->receivers.include(receiver) &&
          (!latest || latest->time_ms <= kept->second->publication->time_ms)) {
        latest = kept->second->publication;
      }
    }
    if (latest) {
      found.push_back(std::move(latest));
    }
  };
  if (pattern.match == Match::kExact) {
    take_latest(pattern.uri);
    return found;
  }
  std::set<std::string_view> topics;
  for (const Kept& kept : retained_) {
    if (reaches(pattern, kept.publication->topic) && topics.insert(kept.publication->topic).second) {
      take_latest(kept.publication->topic);
    }
  }
  return found;
}

std::vector<PublicationPtr> EventStore::history(const UriPattern& pattern) const {
  std::vector<PublicationPtr> found;
  std::set<Id> known;  // an event may be in several histories
  for (const History& history : histories_) {
    for (const Kept& kept : history.events) {
      if (reaches(pattern, kept.publication->topic) && known.insert(kept.publication->id).second) {
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
