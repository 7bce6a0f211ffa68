// EventStore: events that are kept for those who come later (wamp-proto, advanced profile, "Event Retention" and "Event
// History"): the last retained one of a topic, and of configured topics the latest ones. Bounded. Event-loop thread
// only.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "wamp/payload.hpp"
#include "wamp/receivers.hpp"
#include "wire/permission.hpp"

namespace tws::wamp {

// A publication with all that a later receiver is to see of it.
struct Publication {
  Id id = 0;
  std::string topic;
  PayloadPtr payload;
  Receivers receivers;
  Value publisher = Value::object();  // what EVENT.Details say of it, where it is disclosed
  std::int64_t time_ms = 0;           // Unix time
};

using PublicationPtr = std::shared_ptr<const Publication>;

class EventStore {
 public:
  // Retained events, all topics together, and their bytes of memory: beyond, the oldest are forgotten.
  static constexpr std::size_t kMaxRetained = 10'000;
  static constexpr std::size_t kMaxRetainedBytes = 64UL << 20;
  // Of the history of one topic pattern.
  static constexpr std::size_t kMaxHistoryBytes = 16UL << 20;

  // What is configured anew keeps what it has.
  void configure(const std::vector<EventHistory>& histories);

  void retain(const PublicationPtr& publication);
  // To the histories that its topic belongs to, unless it names sessions that are to get it or not.
  void record(const PublicationPtr& publication);

  // Of each topic that matches the last retained one that the receiver would have got.
  [[nodiscard]] std::vector<PublicationPtr> retained(const UriPattern& pattern, const Receiver& receiver) const;
  // The recorded ones whose topics match, the oldest first.
  [[nodiscard]] std::vector<PublicationPtr> history(const UriPattern& pattern) const;
  // Whether a topic that the pattern has may be in a history.
  [[nodiscard]] bool has_history(const UriPattern& pattern) const;

 private:
  struct Kept {
    PublicationPtr publication;
    std::size_t bytes;
  };
  struct History {
    EventHistory configuration;
    std::deque<Kept> events;
    std::size_t bytes = 0;
  };

  // One for everybody and one for some: neither replaces the other.
  using Key = std::pair<std::string, bool>;
  static Key key_of(const Publication& publication) { return {publication.topic, publication.receivers.are_all()}; }
  static void trim(History& history);

  std::list<Kept> retained_;  // the oldest first
  std::map<Key, std::list<Kept>::iterator> retained_by_topic_;
  std::size_t retained_bytes_ = 0;
  std::vector<History> histories_;
};

}  // namespace tws::wamp
