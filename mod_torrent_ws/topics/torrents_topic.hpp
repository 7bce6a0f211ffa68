// The topic `torrents` (docs/topics.md): each subscriber gets a snapshot, then each change once. An
// event is built once for all subscribers of a format, of the bytes that the worker wrote. Event-loop thread only.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "topics/daemon_feed.hpp"
#include "wamp/broker.hpp"

namespace tws {

using Feeds = std::vector<std::unique_ptr<DaemonFeed>>;

// The format that SUBSCRIBE options ask for: one of kFormats.
Result<std::string> list_format_of(const wamp::Value& options);

class TorrentsTopic final : public wamp::ServerTopic {
 public:
  static constexpr const char* kName = "torrents";

  // `first_revision` is greater than any that an earlier process gave out.
  TorrentsTopic(wamp::Broker& broker, const Feeds& feeds, std::uint64_t first_revision)
      : broker_(broker), feeds_(feeds), revision_(first_revision) {}

  // ServerTopic
  Result<std::string> format_of(const std::string& topic, const wamp::Value& options) const override;
  void on_subscribed(wamp::Session& session, const wamp::Subscription& subscription) override;
  void on_unsubscribed(wamp::Session& session, const wamp::Subscription& subscription) override;

  // From the feeds.
  void on_snapshot();
  void on_delta(const DaemonFeed& feed, Change& change);
  void on_state(const DaemonFeed& feed);
  void on_ready();
  std::uint64_t next_revision() { return ++revision_; }

  // One daemon's torrents as a call's kwargs: a snapshot as of now, or what came after a revision (a
  // snapshot where that is too long ago).
  [[nodiscard]] static std::string changes_since(const DaemonFeed& feed, std::uint64_t revision);

 private:
  using Waiting = std::unordered_set<wamp::Session*>;

  wamp::Subscription& subscription(const char* format) { return broker_.server_subscription(kName, format); }
  // Sends it the snapshot, or lets it wait.
  void begin(wamp::Session& session, const wamp::Subscription& subscription);
  void send_snapshot(wamp::Session& session, const wamp::Subscription& subscription);
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
  std::set<std::pair<wamp::Session*, wamp::Id>> viewers_;                // a resumed subscriber is no new viewer
};

}  // namespace tws
