// The topic `torrents` (docs/topics.md): each subscriber gets a snapshot, or what has changed since the revision that
// it has, then each change once. An event is built once for all subscribers of a format, of the bytes that the worker
// wrote. Event-loop thread only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "topics/daemon_feed.hpp"
#include "wamp/broker.hpp"

namespace tws {

using Feeds = std::vector<std::unique_ptr<DaemonFeed>>;

// The daemon of this name; null: there is none.
DaemonFeed* feed_named(const Feeds& feeds, std::string_view name);
// The daemon that a client names, or the only one where it names none; null: there is none.
DaemonFeed* feed_for(const Feeds& feeds, const wamp::Value* named);

// An event of a server topic's, with these kwargs.
wamp::EventPtr event_of(const wamp::Subscription& subscription, wamp::Fragment kwargs);

// So much the loop makes itself in a client's serializer, where the worker has not: a millisecond or two.
inline constexpr std::size_t kMostTranscoded = 64UL << 10;

// The format that SUBSCRIBE options ask for: one of kFormats.
Result<std::string> list_format_of(const wamp::Value& options);

class TorrentsTopic final : public wamp::ServerTopic {
 public:
  static constexpr const char* kName = "torrents";

  // Revisions begin behind `first_revision`, which is greater than any that an earlier process gave out.
  TorrentsTopic(wamp::Broker& broker, const Feeds& feeds, std::uint64_t first_revision)
      : broker_(broker), feeds_(feeds), revision_(first_revision) {}

  // ServerTopic
  Result<std::string> format_of(const std::string& topic, const wamp::Value& options) const override;
  void on_subscribed(wamp::Session& session, const wamp::Subscription& subscription) override;
  void on_subscribed_with(wamp::Session& session, const wamp::Subscription& subscription,
                          const wamp::Value& options) override;
  void on_unsubscribed(wamp::Session& session, const wamp::Subscription& subscription) override;

  // From the feeds.
  void on_snapshot();
  void on_delta(const DaemonFeed& feed, Change& change);
  void on_state(const DaemonFeed& feed);
  void on_ready();
  std::uint64_t next_revision() { return ++revision_; }

  using Gap = std::vector<const Change*>;
  // What a client that had all torrents of a daemon at a revision lacks, oldest first. Nothing: a snapshot is what it
  // needs, as the revision is of another process or too long ago, or the snapshot is smaller.
  [[nodiscard]] std::optional<Gap> gap(const DaemonFeed& feed, std::uint64_t revision, const Form& form) const;

 private:
  using Waiting = std::unordered_set<wamp::Session*>;
  using Events = std::vector<std::pair<std::uint64_t, wamp::EventPtr>>;  // by revision

  wamp::Subscription& subscription(const char* format) { return broker_.server_subscription(kName, format); }
  // Sends what came after the revision. False: it cannot be told.
  bool send_gap(wamp::Session& session, const wamp::Subscription& subscription, std::uint64_t revision);
  // Sends it the snapshot, or lets it wait.
  void begin(wamp::Session& session, const wamp::Subscription& subscription);
  void send_snapshot(wamp::Session& session, const wamp::Subscription& subscription);
  // In the order of their revisions.
  static void send(wamp::Session& session, const wamp::Subscription& subscription, Events events);
  // To those who do not wait for a snapshot.
  void send_change(const wamp::Subscription& subscription, const wamp::EventPtr& event);
  // The daemon whose snapshot is the oldest, and so comes first.
  [[nodiscard]] std::size_t first_feed() const;
  // Of snapshots that are no longer the last ones.
  void forget_old_events();
  wamp::EventPtr snapshot_event(const wamp::Subscription& subscription, wamp::Serializer serializer, std::size_t index,
                                bool is_first);

  struct CachedEvent {
    std::uint64_t revision = 0;
    std::string state;
    bool is_first = false;
    wamp::EventPtr event;
  };

  wamp::Broker& broker_;
  const Feeds& feeds_;
  std::uint64_t revision_;
  std::map<std::pair<Form, std::size_t>, CachedEvent> snapshot_events_;  // by form and feed
  std::map<wamp::Id, Waiting> waiting_;                                  // by subscription
};

// A revision as a client names it. Some write large integers as floats.
std::optional<std::uint64_t> revision_of(const wamp::Value* given);

// An event's members that the loop writes; `daemon` is null where no state is to be told.
wamp::Value event_head(std::uint64_t revision, bool is_snapshot, const DaemonFeed* daemon);

}  // namespace tws
