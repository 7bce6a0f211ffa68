// Broker: subscriptions of one realm and the events that go to them.
// Event-loop thread only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "loop/frame.hpp"
#include "wamp/message.hpp"

namespace tws::wamp {

class Session;

// All sessions that get the same events in the same form: one topic, and of the server's own topics one
// format. The event is built once for all of them.
struct Subscription {
  Id id = 0;
  std::string topic;
  std::string format;  // of a server topic; "" is the default
  std::unordered_set<Session*> subscribers;

  // One EVENT for every subscriber; `details` is a JSON object.
  [[nodiscard]] FramePtr event(const Payload& payload, std::string_view details = "{}") const;
};

// A topic that the server itself publishes to. Its subscriptions live as long as the broker.
class ServerTopic {
 public:
  virtual ~ServerTopic() = default;
  // The format that SUBSCRIBE options ask for, or an error for the client.
  virtual Result<std::string> format_of(const json_t* options) const = 0;
  // After SUBSCRIBED went out: the place for the first event to this session.
  virtual void on_subscribed(Session& session, const Subscription& subscription) = 0;
  virtual void on_unsubscribed(Session& session, const Subscription& subscription) = 0;
};

class Broker {
 public:
  // The topic object outlives the broker.
  void add_server_topic(std::string topic, ServerTopic* source) { server_topics_.emplace(std::move(topic), source); }

  // The subscription for a topic and format, made when there is none; for server topics to publish to.
  Subscription& subscription(const std::string& topic, const std::string& format);

  // A repeated subscribe gives the same id and nothing more.
  void subscribe(Session& session, Id request, const std::string& topic, const json_t* options);
  void unsubscribe(Session& session, Id request, Id id);

  // A client's publication; policy was checked. Gives the publication's id.
  Id publish(const Session& publisher, const std::string& topic, const Payload& payload, bool exclude_publisher);

  // The session's client has caught up after events of this server topic were left out for it.
  void resume(Session& session, const Subscription& subscription);

  void forget(Session& session);
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] std::size_t count(Session& session) const;
  [[nodiscard]] bool is_server_topic(const std::string& topic) const { return server_topics_.contains(topic); }

 private:
  using Key = std::pair<std::string, std::string>;  // topic, format

  void drop(Session& session, Subscription& subscription);

  std::map<Key, std::unique_ptr<Subscription>> subscriptions_;
  std::unordered_map<Id, Subscription*> by_id_;
  std::unordered_map<std::string, ServerTopic*> server_topics_;
  Id last_id_ = 0;
};

}  // namespace tws::wamp
