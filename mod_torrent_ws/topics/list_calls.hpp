// ListCalls: the procedures torrents.snapshot and torrents.since (docs/topics.md), answered out of the loop's cache in
// the caller's serializer. Where nobody looks at the daemon, or not in that serializer, a call waits until its worker
// has told what there is now. Event-loop thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
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

  // Answers the calls that waited. Called often.
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

  void add(const char* name, bool since);
  void take(const wamp::Call& call, bool since);
  [[nodiscard]] bool is_ready(const Waiting& call) const;
  [[nodiscard]] std::optional<TorrentsTopic::Gap> gap(const Waiting& call) const;
  [[nodiscard]] std::string result(const Waiting& call) const;
  void answer(const Waiting& call);

  wamp::Realm& realm_;
  const Feeds& feeds_;
  const TorrentsTopic& topic_;
  std::chrono::milliseconds patience_;
  std::vector<Waiting> waiting_;
};

}  // namespace tws
