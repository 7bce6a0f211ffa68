#include "topics/session_topic.hpp"

#include "wamp/session.hpp"

namespace tws {

namespace {

wamp::EventPtr event(const wamp::Subscription& subscription, const std::string& daemons) {
  return subscription.event(
      std::make_shared<const wamp::Payload>(wamp::kwargs_payload("{\"daemons\":{" + daemons + "}}")));
}

}  // namespace

SessionTopic::SessionTopic(wamp::Broker& broker, const Feeds& feeds, const std::vector<DaemonConfiguration>& daemons)
    : broker_(broker), feeds_(feeds) {
  for (const auto& daemon : daemons) {
    wamp::encode(roots_[daemon.name], wamp::Serializer::kJson, daemon.download_roots);
  }
}

std::string SessionTopic::member(const DaemonFeed& feed) const {
  std::string text;
  append_json_string(text, feed.name());
  text.append(":").append(feed.state_json());
  text.back() = ',';
  return text.append(R"("roots":)").append(roots_.at(feed.name())).append("}");
}

Result<std::string> SessionTopic::format_of(const std::string& /*topic*/, const wamp::Value& /*options*/) const {
  return std::string();
}

void SessionTopic::on_subscribed_with(wamp::Session& session, const wamp::Subscription& subscription,
                                      const wamp::Value& /*options*/) {
  for (const auto& feed : feeds_) {
    feed->add_viewer();
  }
  on_subscribed(session, subscription);
}

void SessionTopic::on_subscribed(wamp::Session& session, const wamp::Subscription& subscription) {
  std::string daemons;
  for (const auto& feed : feeds_) {
    daemons.append(daemons.empty() ? "" : ",").append(member(*feed));
  }
  session.offer_event(subscription, event(subscription, daemons));
}

void SessionTopic::on_unsubscribed(wamp::Session& /*session*/, const wamp::Subscription& /*subscription*/) {
  for (const auto& feed : feeds_) {
    feed->remove_viewer();
  }
}

void SessionTopic::on_change(const DaemonFeed& feed) {
  const wamp::Subscription& all = broker_.server_subscription(kName, "");
  if (all.subscribers.empty()) {
    return;
  }
  const wamp::EventPtr changed = event(all, member(feed));
  for (wamp::Session* session : all.subscribers) {
    session->offer_event(all, changed);
  }
}

}  // namespace tws
