#include "wamp/broker.hpp"

#include <algorithm>

#include "support/random.hpp"
#include "wamp/session.hpp"
#include "wire/error_uris.hpp"

namespace tws::wamp {

FramePtr Subscription::event(const Payload& payload, std::string_view details) const {
  return text_frame(MessageBuilder(MessageType::kEvent).id(id).id(random_id()).json(details).payload(payload).finish());
}

Subscription& Broker::subscription(const std::string& topic, const std::string& format) {
  auto& slot = subscriptions_[{topic, format}];
  if (!slot) {
    slot = std::make_unique<Subscription>(Subscription{++last_id_, topic, format, {}});
    by_id_.emplace(slot->id, slot.get());
  }
  return *slot;
}

void Broker::subscribe(Session& session, Id request, const std::string& topic, const json_t* options) {
  const auto source = server_topics_.find(topic);
  std::string format;
  if (source != server_topics_.end()) {
    auto asked = source->second->format_of(options);
    if (!asked) {
      session.send_error(MessageType::kSubscribe, request, asked.error());
      return;
    }
    format = std::move(*asked);
  }
  const auto present = subscriptions_.find({topic, format});
  const bool is_new = present == subscriptions_.end() || !present->second->subscribers.contains(&session);
  if (is_new && !session.take_subscription(request)) {
    return;
  }
  Subscription& found = subscription(topic, format);
  found.subscribers.insert(&session);
  session.send(MessageBuilder(MessageType::kSubscribed).id(request).id(found.id).finish());
  if (is_new && source != server_topics_.end()) {
    source->second->on_subscribed(session, found);
  }
}

void Broker::unsubscribe(Session& session, Id request, Id id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end() || !found->second->subscribers.contains(&session)) {
    session.send_error(MessageType::kUnsubscribe, request, Error{"not subscribed", error_uri::kNoSuchSubscription});
    return;
  }
  session.send(MessageBuilder(MessageType::kUnsubscribed).id(request).finish());
  drop(session, *found->second);
}

Id Broker::publish(const Session& publisher, const std::string& topic, const Payload& payload, bool exclude_publisher) {
  const auto found = subscriptions_.find({topic, ""});
  if (found != subscriptions_.end()) {
    const FramePtr frame = found->second->event(payload);
    for (Session* subscriber : found->second->subscribers) {
      if (!exclude_publisher || subscriber != &publisher) {
        subscriber->transport().send(frame);
      }
    }
  }
  return random_id();
}

void Broker::resume(Session& session, const Subscription& subscription) {
  const auto source = server_topics_.find(subscription.topic);
  if (source != server_topics_.end() && subscription.subscribers.contains(&session)) {
    source->second->on_subscribed(session, subscription);
  }
}

void Broker::forget(Session& session) {
  // Server topics keep their subscriptions, so a look at all of them is a look at few.
  for (auto at = by_id_.begin(); at != by_id_.end();) {
    Subscription& subscription = *(at++)->second;
    if (subscription.subscribers.contains(&session)) {
      drop(session, subscription);
    }
  }
}

std::size_t Broker::count() const {
  std::size_t count = 0;
  for (const auto& [key, subscription] : subscriptions_) {
    count += subscription->subscribers.size();
  }
  return count;
}

std::size_t Broker::count(Session& session) const {
  return static_cast<std::size_t>(std::count_if(subscriptions_.begin(), subscriptions_.end(), [&](const auto& entry) {
    return entry.second->subscribers.contains(&session);
  }));
}

void Broker::drop(Session& session, Subscription& subscription) {
  subscription.subscribers.erase(&session);
  session.drop_subscription();
  if (const auto source = server_topics_.find(subscription.topic); source != server_topics_.end()) {
    source->second->on_unsubscribed(session, subscription);
  } else if (subscription.subscribers.empty()) {
    by_id_.erase(subscription.id);
    subscriptions_.erase({subscription.topic, subscription.format});
  }
}

}  // namespace tws::wamp
