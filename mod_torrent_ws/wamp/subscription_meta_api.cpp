// wamp.subscription.*: who subscribes to what, taking that from them, and what was published before.
#include <algorithm>

#include "wamp/clock.hpp"
#include "wamp/meta_api.hpp"
#include "wamp/session.hpp"
#include "wire/error_uris.hpp"

namespace tws::wamp {

namespace {

constexpr Id kMostEvents = 10'000;

Result<Subscription*> subscription_argument(Realm& realm, const Call& call) {
  const auto id = id_argument(call, 0, "the subscription");
  if (!id) {
    return id.error();
  }
  Subscription* subscription = realm.broker().find(*id);
  return subscription != nullptr ? Result<Subscription*>(subscription)
                                 : Error{"no such subscription", error_uri::kNoSuchSubscription};
}

Result<Value> remove_subscriber(Realm& realm, const Call& call) {
  const auto subscription = subscription_argument(realm, call);
  const auto subscriber = id_argument(call, 1, "the subscriber's session");
  if (!subscription || !subscriber) {
    return subscription ? subscriber.error() : subscription.error();
  }
  Session* session = realm.find(*subscriber);
  if (session == nullptr || !(*subscription)->subscribers.contains(session)) {
    return Error{"the session is none of its subscribers", error_uri::kNoSuchSession};
  }
  realm.broker().revoke(*session, **subscription, text_member(call.kwargs, "reason").value_or("removed"));
  return Value();
}

// The bounds of what is asked of an event history: events from a time or a publication on, or up to it.
class Window {
 public:
  // An error when a bound is no time or id.
  static Result<Window> of(const Value& kwargs) {
    Window window;
    for (const auto& [name, is_lower, is_included] :
         {std::tuple{"from_time", true, true}, std::tuple{"after_time", true, false},
          std::tuple{"before_time", false, false}, std::tuple{"until_time", false, true}}) {
      if (member(kwargs, name) == nullptr) {
        continue;
      }
      const auto time = unix_ms_of(text_member(kwargs, name).value_or(""));
      if (!time) {
        return Error{std::string(name) + " is a time such as 2026-01-31T12:00:00Z", error_uri::kInvalidArgument};
      }
      window.times_.push_back({*time, is_lower, is_included});
    }
    for (const auto& [name, is_lower, is_included] :
         {std::tuple{"from_publication", true, true}, std::tuple{"after_publication", true, false},
          std::tuple{"before_publication", false, false}, std::tuple{"until_publication", false, true}}) {
      if (member(kwargs, name) == nullptr) {
        continue;
      }
      const auto id = id_member(kwargs, name);
      if (!id) {
        return Error{std::string(name) + " is an id", error_uri::kInvalidArgument};
      }
      window.publications_.push_back({*id, is_lower, is_included});
    }
    return window;
  }

  // Of events in the order of their time.
  [[nodiscard]] std::vector<PublicationPtr> take(std::vector<PublicationPtr> events) const {
    for (const auto& [id, is_lower, is_included] : publications_) {
      const auto at = std::find_if(events.begin(), events.end(),
                                   [id = id](const PublicationPtr& event) { return event->id == id; });
      if (at == events.end()) {
        // Long forgotten: all that is kept came after it.
        if (!is_lower) {
          events.clear();
        }
      } else if (is_lower) {
        events.erase(events.begin(), is_included ? at : std::next(at));
      } else {
        events.erase(is_included ? std::next(at) : at, events.end());
      }
    }
    std::erase_if(events, [this](const PublicationPtr& event) { return !is_in_time(event->time_ms); });
    return events;
  }

 private:
  template <typename Key>
  struct Bound {
    Key key;
    bool is_lower;
    bool is_included;
  };

  [[nodiscard]] bool is_in_time(std::int64_t time) const {
    return std::all_of(times_.begin(), times_.end(), [time](const Bound<std::int64_t>& bound) {
      return (bound.is_included && time == bound.key) || (bound.is_lower ? time > bound.key : time < bound.key);
    });
  }

  std::vector<Bound<std::int64_t>> times_;
  std::vector<Bound<Id>> publications_;
};

Value event_of(const Publication& publication, const Subscription& subscription) {
  Value event = publication.publisher;
  event["timestamp"] = utc_text(publication.time_ms);
  event["subscription"] = subscription.id;
  event["publication"] = publication.id;
  event["topic"] = publication.topic;
  event["details"] = publication.publisher;
  event["details"]["topic"] = publication.topic;
  event["args"] = publication.payload->args.empty() ? Value::array() : publication.payload->args.value();
  event["kwargs"] = publication.payload->kwargs.empty() ? Value::object() : publication.payload->kwargs.value();
  return event;
}

Result<Value> get_events(Realm& realm, const Call& call) {
  const auto subscription = subscription_argument(realm, call);
  const auto window = Window::of(call.kwargs);
  if (!subscription || !window) {
    return subscription ? window.error() : subscription.error();
  }
  Session& session = *realm.find(call.session);
  if (const auto allowed = realm.may_subscribe(session.identity(), (*subscription)->pattern, session.uri_rules());
      !allowed) {
    return allowed.error();
  }
  if (realm.application().has((*subscription)->pattern) && !(*subscription)->subscribers.contains(&session)) {
    return Error{"subscribe first: the site's own code says who may", error_uri::kNotAuthorized};
  }
  if (!realm.broker().store().has_history((*subscription)->pattern)) {
    return Error{"no TorrentWsEventHistory is configured for this topic", error_uri::kHistoryUnavailable};
  }
  // Crossbar.io has the limit as the second argument.
  const Value* limit = argument(call, 1) != nullptr ? argument(call, 1) : member(call.kwargs, "limit");
  const auto most = limit != nullptr ? to_id(*limit) : kMostEvents;
  if (!most) {
    return Error{"limit is a positive integer", error_uri::kInvalidArgument};
  }
  const std::string topic = text_member(call.kwargs, "topic").value_or("");
  auto events = realm.broker().store().history((*subscription)->pattern);
  // All of them are looked at, however few are wanted.
  constexpr std::size_t kLook = 256;
  session.transport().charge(events.size() * kLook);
  events = window->take(std::move(events));
  std::erase_if(events, [&](const PublicationPtr& event) {
    return !event->receivers.include(session.receiver()) || (!topic.empty() && event->topic != topic);
  });
  if (flag_member(call.kwargs, "reverse")) {
    std::reverse(events.begin(), events.end());
  }
  // The first ones in this order: the next call goes on after the last of them.
  events.resize(std::min<std::size_t>(*most, events.size()));
  Value list = Value::array();
  for (const PublicationPtr& event : events) {
    list.push_back(event_of(*event, **subscription));
  }
  return list;
}

}  // namespace

void add_subscription_meta_api(Realm& realm) {
  add_meta_procedure(realm, "wamp.subscription.list", [&realm](const Call& /*call*/) -> Result<Value> {
    return ids_by_match(realm.broker().subscriptions());
  });
  add_meta_procedure(realm, "wamp.subscription.lookup", [&realm](const Call& call) -> Result<Value> {
    const auto pattern = pattern_argument(call);
    return pattern ? Result<Value>(id_or_null(realm.broker().find(*pattern))) : pattern.error();
  });
  add_meta_procedure(realm, "wamp.subscription.match", [&realm](const Call& call) -> Result<Value> {
    const auto topic = text_argument(call, 0, "the topic");
    if (!topic) {
      return topic.error();
    }
    Value ids = Value::array();
    for (const Subscription* subscription : realm.broker().matching(*topic)) {
      ids.push_back(subscription->id);
    }
    return ids.empty() ? Value() : ids;
  });
  add_meta_procedure(realm, "wamp.subscription.get", [&realm](const Call& call) -> Result<Value> {
    const auto subscription = subscription_argument(realm, call);
    return subscription ? Result<Value>(details_of(**subscription)) : subscription.error();
  });
  add_meta_procedure(realm, "wamp.subscription.list_subscribers", [&realm](const Call& call) -> Result<Value> {
    const auto subscription = subscription_argument(realm, call);
    if (!subscription) {
      return subscription.error();
    }
    Value ids = Value::array();
    for (const Session* subscriber : (*subscription)->subscribers) {
      ids.push_back(subscriber->id());
    }
    return ids;
  });
  add_meta_procedure(realm, "wamp.subscription.count_subscribers", [&realm](const Call& call) -> Result<Value> {
    const auto subscription = subscription_argument(realm, call);
    return subscription ? Result<Value>((*subscription)->subscribers.size()) : subscription.error();
  });
  add_meta_procedure(realm, "wamp.subscription.remove_subscriber",
                     [&realm](const Call& call) { return remove_subscriber(realm, call); });
  add_meta_procedure(realm, "wamp.subscription.get_events",
                     [&realm](const Call& call) { return get_events(realm, call); });
}

}  // namespace tws::wamp
