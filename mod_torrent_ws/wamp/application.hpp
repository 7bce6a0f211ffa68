// Application: the site's own code behind topics and procedures (TorrentWsHandler), as sessions, broker and dealer ask
// it. This one has none and lets everything be. Event-loop thread only.
#pragma once

#include <functional>
#include <string>

#include "support/result.hpp"
#include "wamp/event_store.hpp"
#include "wamp/value.hpp"
#include "wire/uri_pattern.hpp"

namespace tws::wamp {

class Session;

class Application {
 public:
  // Both are called once: at once, or later, when the session may be gone. An error is one for the client.
  using Subscribed = std::function<void(const Status&)>;
  // What is to be published; null: nothing, and that is no error.
  using Published = std::function<void(const Result<PublicationPtr>&)>;

  Application() = default;
  virtual ~Application() = default;
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  // A session is welcome; and it has left, with all its subscriptions.
  virtual void joined(const Session& /*session*/) {}
  virtual void left(const Session& /*session*/) {}

  // Whether the topics, or this topic or procedure, are the application's.
  [[nodiscard]] virtual bool has(const UriPattern& /*uris*/) const { return false; }

  // Policy was checked.
  virtual void may_subscribe(const Session& /*session*/, const UriPattern& /*topics*/, const Value& /*options*/,
                             const Subscribed& done) {
    done(Done{});
  }
  // A subscription has ended, and its session goes on; or it did not come about after may_subscribe() had allowed it.
  virtual void unsubscribed(const Session& /*session*/, const UriPattern& /*topics*/) {}
  // Policy was checked. `options` are those of PUBLISH.
  virtual void may_publish(const Session& /*session*/, const PublicationPtr& publication, const Value& /*options*/,
                           const Published& done) {
    done(publication);
  }
  // Of a procedure that it has; policy was checked. Answers with Dealer::answer().
  virtual void call(const Session& /*caller*/, Id /*request*/, const std::string& /*procedure*/,
                    const Payload& /*payload*/) {}
};

}  // namespace tws::wamp
