// The topic `session` (docs/topics.md): the daemons' states, totals and settings, and where they may put torrents.
// Event-loop thread only.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "topics/torrents_topic.hpp"
#include "wamp/broker.hpp"
#include "wire/configuration.hpp"

namespace tws {

class SessionTopic final : public wamp::ServerTopic {
 public:
  static constexpr const char* kName = "session";

  // `daemons`: the feeds' configuration.
  SessionTopic(wamp::Broker& broker, const Feeds& feeds, const std::vector<DaemonConfiguration>& daemons);

  // ServerTopic
  Result<std::string> format_of(const std::string& topic, const wamp::Value& options) const override;
  void on_subscribed(wamp::Session& session, const wamp::Subscription& subscription) override;
  void on_subscribed_with(wamp::Session& session, const wamp::Subscription& subscription,
                          const wamp::Value& options) override;
  void on_unsubscribed(wamp::Session& session, const wamp::Subscription& subscription) override;

  // From the feeds: this daemon's state, totals or settings changed.
  void on_change(const DaemonFeed& feed);

 private:
  // `"name":{state}`
  [[nodiscard]] std::string member(const DaemonFeed& feed) const;

  wamp::Broker& broker_;
  const Feeds& feeds_;
  std::map<std::string, std::string> roots_;  // by daemon, JSON
};

}  // namespace tws
