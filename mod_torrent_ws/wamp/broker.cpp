#include "wamp/broker.hpp"

#include <algorithm>

#include "support/random.hpp"
#include "wamp/clock.hpp"
#include "wamp/session.hpp"
#include "wamp/uri.hpp"
#include "wire/error_uris.hpp"

namespace tws::wamp {

namespace {

// What the subscribers of a pattern need to be told of the topic (wamp-proto, "Pattern-based Subscription").
Value event_details(const Subscription& subscription, const Publication& publication) {
  Value details = publication.publisher;
  if (subscription.pattern.match != Match::kExact) {
    details["topic"] = publication.topic;
  }
  return details;
}

// Whether one of WAMP's own topics, wamp.…, may be among those of the pattern.
bool may_be_meta(const UriPattern& pattern) {
  constexpr std::string_view kMeta = "wamp.";
  const auto first = std::string_view(pattern.uri).substr(0, kMeta.size());
  return pattern.match == Match::kWildcard ? pattern.uri.front() == '.' || first == kMeta
                                           : first == kMeta.substr(0, first.size());
}

}  // namespace

EventPtr Subscription::event(PayloadPtr payload) const {
  return std::make_shared<const Event>(id, random_id(), Value::object(), std::move(payload));
}

Subscription& Broker::server_subscription(const std::string& topic, const std::string& format) {
  auto& slot = of_server_[{topic, format}];
  if (!slot) {
    slot = make_subscription({topic, Match::kExact}, format);
  }
  return *slot;
}

std::unique_ptr<Subscription> Broker::make_subscription(const UriPattern& pattern, const std::string& format) {
  auto made = std::make_unique<Subscription>(Subscription{++last_id_, pattern, format, utc_now(), {}});
  by_id_.emplace(made->id, made.get());
  return made;
}

ServerTopic* Broker::server_topic(const UriPattern& pattern) const {
  if (pattern.match != Match::kExact) {
    return nullptr;
  }
  if (const auto found = server_topics_.find(pattern.uri); found != server_topics_.end()) {
    return found->second;
  }
  const auto behind = families_.upper_bound(pattern.uri);
  const auto family = behind == families_.begin() ? families_.end() : std::prev(behind);
  return family != families_.end() && pattern.uri.starts_with(family->first) ? family->second : nullptr;
}

void Broker::subscribe(Session& session, Id request, const UriPattern& pattern, const Value& options) {
  ServerTopic* source = server_topic(pattern);
  Result<std::string> format = source != nullptr ? source->format_of(pattern.uri, options) : std::string();
  if (!format) {
    session.send_error(MessageType::kSubscribe, request, format.error());
    return;
  }
  const auto in_form = of_server_.find({pattern.uri, *format});
  Subscription* present = of_clients_.find(pattern);
  if (source != nullptr) {
    present = in_form == of_server_.end() ? nullptr : in_form->second.get();
  }
  const bool is_new = present == nullptr || !present->subscribers.contains(&session);
  if (is_new && !of_sessions_.has_room(session, pattern, session.realm().policy().max_subscriptions)) {
    session.transport().count(Refusal::kSubscriptions);
    session.send_error(MessageType::kSubscribe, request,
                       Error{"the session has as many subscriptions as it may", error_uri::kTooManySubscriptions});
    return;
  }
  if (const Status admitted = is_new && source != nullptr ? source->admit(session) : Done{}; !admitted) {
    session.send_error(MessageType::kSubscribe, request, admitted.error());
    return;
  }
  const bool is_created = present == nullptr;
  if (is_created) {
    present = source != nullptr ? &server_subscription(pattern.uri, *format)
                                : &of_clients_.add(pattern, make_subscription(pattern, *format));
    meta_subscriptions_ += may_be_meta(pattern) ? 1 : 0;
  }
  session.send_subscribed(request, *present);
  if (!is_new) {
    return;
  }
  add_subscriber(session, *present, is_created);
  if (source != nullptr) {
    source->on_subscribed_with(session, *present, options);
  } else if (flag_member(options, "get_retained")) {
    send_retained(session, *present);
  }
}

void Broker::add_subscriber(Session& session, Subscription& subscription, bool is_created) {
  subscription.subscribers.insert(&session);
  of_sessions_.add(session, subscription);
  ++count_;
  if (is_created) {
    announce("wamp.subscription.on_create", [&] { return Value::array({session.id(), details_of(subscription)}); });
  }
  announce("wamp.subscription.on_subscribe", [&] { return Value::array({session.id(), subscription.id}); });
}

void Broker::send_retained(Session& session, const Subscription& subscription) {
  std::size_t bytes = 0;
  for (const PublicationPtr& kept : store_.retained(subscription.pattern, session.receiver())) {
    if (session.transport().is_behind()) {
      break;
    }
    Value details = event_details(subscription, *kept);
    details["retained"] = true;
    const Event event(subscription.id, kept->id, std::move(details), kept->payload);
    session.send_event(event);
    bytes += event.frame(session.serializer())->wire(0).size();
  }
  session.transport().charge(bytes);
}

void Broker::unsubscribe(Session& session, Id request, Id id) {
  Subscription* found = find(id);
  if (found == nullptr || !found->subscribers.contains(&session)) {
    session.send_error(MessageType::kUnsubscribe, request, Error{"not subscribed", error_uri::kNoSuchSubscription});
    return;
  }
  session.send_unsubscribed(request);
  drop(session, *found);
}

void Broker::revoke(Session& session, Subscription& subscription, std::string_view reason) {
  session.send_revoked(subscription, reason);
  drop(session, subscription);
}

// Sends it to the wanted subscribers of each subscription that it matches.
template <typename Wanted>
Reach Broker::deliver(const Publication& publication, Wanted&& wanted) {
  Reach reach;
  std::vector<const Subscription*> matched;
  of_clients_.match(publication.topic, [&](const Subscription& subscription) {
    const Event event(subscription.id, publication.id, event_details(subscription, publication), publication.payload);
    for (Session* subscriber : subscription.subscribers) {
      if (!wanted(*subscriber)) {
        continue;
      }
      subscriber->send_event(event);
      const bool has_had_it = std::any_of(matched.begin(), matched.end(), [subscriber](const Subscription* other) {
        return other->subscribers.contains(subscriber);
      });
      reach.sessions += has_had_it ? 0 : 1;
    }
    matched.push_back(&subscription);
    return false;
  });
  reach.subscriptions = matched.size();
  return reach;
}

Reach Broker::publish(const PublicationPtr& publication, const Session* excluded, bool retain) {
  const Receivers& receivers = publication->receivers;
  const Reach reach = deliver(*publication, [&](const Session& subscriber) {
    return &subscriber != excluded && (receivers.are_all() || receivers.include(subscriber.receiver()));
  });
  store_.record(publication);
  if (retain) {
    store_.retain(publication);
  }
  return reach;
}

void Broker::publish_announcement(const std::string& topic, Value args) {
  const auto payload = std::make_shared<const Payload>(args_payload(std::move(args)));
  // A pattern may reach further than its subscriber may.
  deliver({random_id(), topic, payload, {}, Value::object(), 0},
          [](const Session& subscriber) { return subscriber.may_administer() && !subscriber.is_closed(); });
}

bool Broker::has_subscribers(const std::string& topic) const {
  bool has = false;
  if (meta_subscriptions_ == 0) {
    return has;
  }
  of_clients_.match(topic, [&has](const Subscription& /*subscription*/) { return has = true; });
  return has;
}

void Broker::resume(Session& session, Id subscription) {
  const Subscription* found = find(subscription);
  ServerTopic* source = found != nullptr ? server_topic(found->pattern) : nullptr;
  if (source != nullptr && found->subscribers.contains(&session)) {
    source->on_subscribed(session, *found);
  }
}

void Broker::forget(Session& session) {
  for (Subscription* subscription : subscriptions_of(session)) {
    drop(session, *subscription);
  }
}

void Broker::drop(Session& session, Subscription& subscription) {
  const Id id = subscription.id;
  subscription.subscribers.erase(&session);
  of_sessions_.remove(session, subscription);
  --count_;
  if (!session.is_closed()) {
    session.realm().application().unsubscribed(session, subscription.pattern);
  }
  announce("wamp.subscription.on_unsubscribe", [&] { return Value::array({session.id(), id}); });
  ServerTopic* source = server_topic(subscription.pattern);
  if (source != nullptr) {
    source->on_unsubscribed(session, subscription);
  }
  if (subscription.subscribers.empty() && (source == nullptr || !source->keeps_subscriptions())) {
    remove(session, subscription, source != nullptr);
  }
}

void Broker::remove(const Session& last, const Subscription& subscription, bool is_of_server) {
  const Id id = subscription.id;
  by_id_.erase(id);
  meta_subscriptions_ -= may_be_meta(subscription.pattern) ? 1 : 0;
  if (is_of_server) {
    of_server_.erase(Key{subscription.pattern.uri, subscription.format});
  } else {
    of_clients_.remove(UriPattern(subscription.pattern));
  }
  announce("wamp.subscription.on_delete", [&] { return Value::array({last.id(), id}); });
}

std::vector<const Subscription*> Broker::subscriptions() const {
  std::vector<const Subscription*> all;
  for (const auto& [id, subscription] : by_id_) {
    if (!subscription->subscribers.empty()) {
      all.push_back(subscription);
    }
  }
  return all;
}

std::vector<const Subscription*> Broker::matching(const std::string& topic) const {
  std::vector<const Subscription*> found;
  for (auto at = of_server_.lower_bound({topic, ""}); at != of_server_.end() && at->first.first == topic; ++at) {
    if (!at->second->subscribers.empty()) {
      found.push_back(at->second.get());
    }
  }
  of_clients_.match(topic, [&found](const Subscription& subscription) {
    found.push_back(&subscription);
    return false;
  });
  return found;
}

Subscription* Broker::find(Id id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

const Subscription* Broker::find(const UriPattern& pattern) const {
  const auto of_server = of_server_.lower_bound({pattern.uri, ""});
  if (server_topic(pattern) != nullptr && of_server != of_server_.end() && of_server->first.first == pattern.uri) {
    return of_server->second.get();
  }
  return of_clients_.find(pattern);
}

Value details_of(const Subscription& subscription) {
  return {{"id", subscription.id},
          {"created", subscription.created},
          {"uri", subscription.pattern.uri},
          {"match", name_of(subscription.pattern.match)}};
}

}  // namespace tws::wamp
