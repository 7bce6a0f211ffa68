// Handlers: the site's own code (TorrentWsHandler) as the realm asks it. Of several handlers the first whose pattern
// has a URI is the one. Event-loop thread only.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "handlers/handler.hpp"
#include "wamp/application.hpp"

namespace tws {

class Handlers final : public wamp::Application {
 public:
  // `job_timeout`: of those that have no timeout of their own.
  Handlers(const std::vector<HandlerConfiguration>& configurations, std::chrono::milliseconds job_timeout,
           const HandlerSurroundings& surroundings);

  // Null: there is none of that name.
  [[nodiscard]] Handler* find(const std::string& name) const;
  [[nodiscard]] const std::vector<std::unique_ptr<Handler>>& all() const { return handlers_; }
  [[nodiscard]] std::vector<pid_t> pids() const;
  // What a worker of a queue said over TorrentWsZmqBind. An error when nobody asked for it.
  Status take(std::string_view header, std::string_view body);
  // Who may be a worker of a queue, from now on.
  void admit(const ZmqConfiguration& zmq);
  // Gives back the addresses of queues.
  void leave();
  void tick();

  // Application
  void joined(const wamp::Session& session) override;
  void left(const wamp::Session& session) override;
  [[nodiscard]] bool has(const UriPattern& uris) const override;
  void may_subscribe(const wamp::Session& session, const UriPattern& topics, const wamp::Value& options,
                     const Subscribed& done) override;
  void unsubscribed(const wamp::Session& session, const UriPattern& topics) override;
  void may_publish(const wamp::Session& session, const wamp::PublicationPtr& publication, const wamp::Value& options,
                   const Published& done) override;
  void call(const wamp::Session& caller, wamp::Id request, const std::string& procedure,
            const wamp::Payload& payload) override;

 private:
  // The first that has some of these URIs; null: none.
  [[nodiscard]] Handler* handler_of(const UriPattern& uris) const;
  void tell_all(const wamp::Session& session, std::string_view event);

  wamp::Realm& realm_;
  std::vector<std::unique_ptr<Handler>> handlers_;
};

}  // namespace tws
