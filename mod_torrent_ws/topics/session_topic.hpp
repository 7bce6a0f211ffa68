// The topic `session` (docs/topics.md): the daemons' states, totals and settings. Event-loop thread only.
#pragma once

#include <string>

#include "topics/torrents_topic.hpp"
#include "wamp/broker.hpp"

namespace tws {

class SessionTopic final : public wamp::ServerTopic {
 public:
  static constexpr const char* kName = "session";

  SessionTopic(wamp::Broker& broker, const Feeds& feeds) : broker_(broker), feeds_(feeds) {}

  // ServerTopic
  Result<std::string> format_of(const std::string& topic, const wamp::Value& options) const override;
  void on_subscribed(wamp::Session& session, const wamp::Subscription& subscription) override;
  void on_subscribed_with(wamp::Session& session, const wamp::Subscription& subscription,
                          const wamp::Value& options) override;
  void on_unsubscribed(wamp::Session& session, const wamp::Subscription& subscription) override;

  // From the feeds: this daemon's state, totals or settings changed.
  void on_change(const DaemonFeed& feed);

 private:
  wamp::Broker& broker_;
  const Feeds& feeds_;
};

}  // namespace tws
