// ListCalls: the procedures torrents.snapshot and torrents.since (docs/topics.md), answered out of the loop's cache in
// the caller's serializer. Where nobody looks at the daemon, or not in that serializer, a call waits until its worker
// has told what there is now. A result is made once for all who ask for the same. Event-loop thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "topics/torrents_topic.hpp"
#include "wamp/dealer.hpp"
#include "wamp/realm.hpp"

namespace tws {

class ListCalls {
 public:
  using Clock = std::chrono::steady_clock;

  // All outlive it. After `patience` a call is answered with what there is, whatever its worker does.
  ListCalls(wamp::Realm& realm, const Feeds& feeds, const TorrentsTopic& topic, std::chrono::milliseconds patience);

  // Answers calls that waited, as many as a few milliseconds allow. Called often.
  void tick(Clock::time_point now = Clock::now());

 private:
  struct Waiting {
    wamp::Id session = 0;
    wamp::Id request = 0;
    DaemonFeed* feed = nullptr;
    Form form;
    std::optional<std::uint64_t> revision;  // of torrents.since
    Clock::time_point deadline;
  };

  // What was answered last: it serves while all of that stays the same.
  struct Made {
    std::optional<std::uint64_t> since;  // none: from the snapshot on
    std::uint64_t revision = 0;
    std::string state;
    Clock::time_point used;
    wamp::Answer answer;
  };

  void add(const char* name, bool since);
  void take(const wamp::Call& call, bool since);
  void wait(const Waiting& call);
  [[nodiscard]] bool is_ready(const Waiting& call) const;
  [[nodiscard]] std::optional<TorrentsTopic::Gap> gap(const Waiting& call) const;
  const wamp::Answer& result(const Waiting& call);
  static wamp::Payload make(const Waiting& call, const TorrentsTopic::Gap& changes, bool from_snapshot,
                            const std::string& state);
  void answer(const Waiting& call);

  wamp::Realm& realm_;
  const Feeds& feeds_;
  const TorrentsTopic& topic_;
  std::chrono::milliseconds patience_;
  std::vector<Waiting> waiting_;
  std::map<wamp::Id, std::size_t> waiting_of_;  // how many, by session
  std::map<std::pair<const DaemonFeed*, Form>, Made> made_;
};

}  // namespace tws
