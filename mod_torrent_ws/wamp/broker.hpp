// Broker: subscriptions of one realm and the events that go to them. Event-loop thread only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "wamp/event.hpp"
#include "wamp/event_store.hpp"
#include "wamp/pattern_table.hpp"
#include "wamp/session_entries.hpp"

namespace tws::wamp {

class Session;

// All sessions that get the same events in the same form: one pattern of topics, and of the server's own topics one
// format. What they get is made once for all of them.
struct Subscription {
  Id id = 0;
  UriPattern pattern;
  std::string format;   // of a server topic; "" is the default
  std::string created;  // ISO 8601
  std::unordered_set<Session*> subscribers;

  // One EVENT for every subscriber.
  [[nodiscard]] EventPtr event(PayloadPtr payload) const;
};

// A topic that the server itself publishes to, or a family of such, whose URIs begin alike.
class ServerTopic {
 public:
  virtual ~ServerTopic() = default;
  // The format that SUBSCRIBE options ask for of this topic, or an error for the client, also where the family has no
  // such topic.
  virtual Result<std::string> format_of(const std::string& topic, const Value& options) const = 0;
  // Whether this session may have one subscription more to the topic, or an error for the client.
  [[nodiscard]] virtual Status admit(const Session& /*session*/) const { return Done{}; }
  // Whether subscriptions live as long as the broker, or only while they have subscribers: where their number has no
  // bound.
  [[nodiscard]] virtual bool keeps_subscriptions() const { return true; }
  // The place for the first event to this session, after SUBSCRIBED went out, and again when it is resumed.
  virtual void on_subscribed(Session& session, const Subscription& subscription) = 0;
  // Instead of it the first time, once for each new subscriber, with the options of SUBSCRIBE.
  virtual void on_subscribed_with(Session& session, const Subscription& subscription, const Value& /*options*/) {
    on_subscribed(session, subscription);
  }
  // It is none of the subscribers any more.
  virtual void on_unsubscribed(Session& session, const Subscription& subscription) = 0;
};

// How far a publication went.
struct Reach {
  std::size_t subscriptions = 0;  // that its topic matches
  std::size_t sessions = 0;       // that it was sent to, each counted once
};

class Broker {
 public:
  // The topic object outlives the broker.
  void add_server_topic(std::string topic, ServerTopic* source) { server_topics_.emplace(std::move(topic), source); }
  // The same for all topics that begin with this prefix, which none of another family begins with.
  void add_server_topics(std::string prefix, ServerTopic* source) { families_.emplace(std::move(prefix), source); }
  [[nodiscard]] bool is_server_topic(const std::string& topic) const {
    return server_topic({topic, Match::kExact}) != nullptr;
  }
  // The subscription for a server topic and format, made when there is none; for the topic to publish to.
  Subscription& server_subscription(const std::string& topic, const std::string& format);

  // Policy was checked. A repeated subscribe gives the same id and nothing more.
  void subscribe(Session& session, Id request, const UriPattern& pattern, const Value& options);
  void unsubscribe(Session& session, Id request, Id id);
  // The server's will: the client is told why, if it understands that.
  void revoke(Session& session, Subscription& subscription, std::string_view reason);
  void forget(Session& session);

  // Sends it to the subscribers of all patterns that its topic matches; not to `excluded`, which may be null. Policy
  // was checked. `retain`: it is kept for those to come.
  Reach publish(const PublicationPtr& publication, const Session* excluded, bool retain);
  // What WAMP's meta events say, to those who may administer the realm. `args` is a function that makes them: mostly
  // nobody listens.
  template <typename MakeArguments>
  void announce(const std::string& topic, MakeArguments&& args) {
    if (has_subscribers(topic)) {
      publish_announcement(topic, args());
    }
  }
  // The session's client has caught up after events of this subscription to a server topic were left out for it. The
  // subscription may be gone.
  void resume(Session& session, Id subscription);

  EventStore& store() { return store_; }

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::size_t count(const Session& session) const { return of_sessions_.count(session); }
  // As of now.
  [[nodiscard]] std::vector<Subscription*> subscriptions_of(const Session& session) const {
    return of_sessions_.of(session);
  }
  // Those with subscribers.
  [[nodiscard]] std::vector<const Subscription*> subscriptions() const;
  [[nodiscard]] std::vector<const Subscription*> matching(const std::string& topic) const;
  // Null: there is none.
  [[nodiscard]] Subscription* find(Id id) const;
  [[nodiscard]] const Subscription* find(const UriPattern& pattern) const;

 private:
  using Key = std::pair<std::string, std::string>;  // topic, format

  [[nodiscard]] ServerTopic* server_topic(const UriPattern& pattern) const;
  std::unique_ptr<Subscription> make_subscription(const UriPattern& pattern, const std::string& format);
  void add_subscriber(Session& session, Subscription& subscription, bool is_created);
  void send_retained(Session& session, const Subscription& subscription);
  void drop(Session& session, Subscription& subscription);
  void remove(const Session& last, const Subscription& subscription, bool is_of_server);
  [[nodiscard]] bool has_subscribers(const std::string& topic) const;
  template <typename Wanted>
  Reach deliver(const Publication& publication, Wanted&& wanted);
  void publish_announcement(const std::string& topic, Value args);

  std::map<Key, std::unique_ptr<Subscription>> of_server_;
  PatternTable<Subscription> of_clients_;
  std::unordered_map<Id, Subscription*> by_id_;
  SessionEntries<Subscription> of_sessions_;
  std::size_t count_ = 0;               // of all sessions
  std::size_t meta_subscriptions_ = 0;  // to what may be topics of WAMP's own
  std::unordered_map<std::string, ServerTopic*> server_topics_;
  std::map<std::string, ServerTopic*> families_;  // by prefix
  EventStore store_;
  Id last_id_ = 0;
};

// Subscription details of the meta API.
Value details_of(const Subscription& subscription);

}  // namespace tws::wamp
