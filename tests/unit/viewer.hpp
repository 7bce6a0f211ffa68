// Who looks at what a topic tells of a daemon, for unit tests: clients of all serializers, and nobody.
#pragma once

#include <CppUTest/TestHarness.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/wamp_peer.hpp"
#include "topics/daemon_feed.hpp"

namespace tws {

inline DaemonFeed::Listener nobody() {
  DaemonFeed::Listener listener;
  listener.on_ready = listener.on_snapshot = [] {};
  listener.on_state = listener.on_session = [](const DaemonFeed&) {};
  listener.on_delta = [](const DaemonFeed&, Change&) {};
  return listener;
}

// A client that subscribes to a topic.
class Viewer {
 public:
  Viewer(wamp::Realm& realm, wamp::Serializer serializer, const std::string& topic,
         const wamp::Value& options = wamp::Value::object())
      : peer(realm, "", serializer), serializer_(serializer) {
    say({1, realm.name(), {{"roles", {{"subscriber", {{"features", {{"subscription_revocation", true}}}}}}}}});
    say({32, 1, options, topic});
    answer = read(peer.client.received.at(1));
  }

  void leave() { say({34, 2, answer[2]}); }
  // The answer to one SUBSCRIBE more.
  wamp::Value subscribe(const std::string& topic) {
    say({32, 3, wamp::Value::object(), topic});
    return read(peer.client.received.back());
  }
  // The kwargs of the events since; other messages are in `others`.
  std::vector<wamp::Value> events() {
    std::vector<wamp::Value> events;
    for (const std::string& bytes : std::exchange(peer.client.received, {})) {
      const wamp::Value message = read(bytes);
      if (message[0] == 36) {
        events.push_back(message[5]);
      } else {
        others.push_back(message);
      }
    }
    return events;
  }

  wamp::Peer peer;
  wamp::Value answer;  // to SUBSCRIBE
  std::vector<wamp::Value> others;

 private:
  void say(const wamp::Value& message) {
    std::string bytes;
    wamp::encode(bytes, serializer_, message);
    peer.session.on_message(bytes, wamp::is_binary(serializer_));
  }
  [[nodiscard]] wamp::Value read(const std::string& bytes) const {
    auto message = wamp::decode(serializer_, bytes);
    CHECK_TRUE(!!message);
    return std::move(*message);
  }

  wamp::Serializer serializer_;
};

// The one event since.
inline wamp::Value event_of(Viewer& viewer) {
  const auto events = viewer.events();
  CHECK_EQUAL(1, events.size());
  return events.back();
}

}  // namespace tws
