// SessionV1: a session of WAMP v1 (subprotocol "wamp"), as Ratchet's WampServer and Autobahn.js 0.8 speak it
// (docs/wamp.md, WAMP v1), in the same realm as those of v2. Event-loop thread only.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "wamp/session.hpp"
#include "wamp/v1_topic.hpp"

namespace tws::wamp {

class SessionV1 final : public Session {
 public:
  // As Session's. WELCOME goes out as soon as it is known who that is.
  SessionV1(Realm& realm, Transport& transport, const std::string& site_user);
  ~SessionV1() override { leave(); }
  SessionV1(const SessionV1&) = delete;
  SessionV1& operator=(const SessionV1&) = delete;

  // Protocol
  void on_open() override { sign_in().on_hello(Value::object()); }
  void on_message(std::string_view bytes, bool binary) override;

  // Session
  [[nodiscard]] UriRules uri_rules() const override { return UriRules::kV1; }
  void send_subscribed(Id request, const Subscription& subscription) override;
  void send_unsubscribed(Id /*request*/) override {}
  void send_result(Id request, const Payload& payload, bool is_progress) override;
  using Session::send_error;
  void send_error(MessageType request_type, Id request, std::string_view uri, const Payload& payload) override;
  void send_revoked(const Subscription& subscription, std::string_view reason) override;
  void send_event(const Event& event) override;
  void send_published(Id request, const Result<Id>& publication) override;
  // Nobody asks for one: there is no HELLO.
  void send_challenge(std::string_view /*method*/, const Value& /*extra*/) override {}

 private:
  void send_welcome() override;
  void send_abort(std::string_view uri, std::string_view message, CloseCode code) override;
  void send_goodbye(std::string_view /*uri*/, std::string_view /*message*/) override {}
  void add_frames(const Event& event, std::vector<FramePtr>& frames) const override;
  [[nodiscard]] bool still_wants(Id request) const override;
  // There is no answer to SUBSCRIBE that could say so.
  void refuse_token(Id /*request*/, const Error& error) override { abort(error.uri, error.message); }

  // As Ratchet does.
  void refuse(std::string_view why);
  void on_prefix(const Value& message);
  void on_call(const Value& message);
  void on_subscribe(const Value& message);
  void on_unsubscribe(const Value& message);
  void on_publish(const Value& message, std::size_t bytes);
  void send_text(std::string_view message);

  struct Topic {
    Id request = 0;
    Id subscription = 0;  // 0: not yet
  };

  V1Prefixes prefixes_;
  std::unordered_map<std::string, Topic> topics_;               // by spelling
  std::unordered_map<Id, std::vector<std::string>> spellings_;  // of each subscription
  std::unordered_map<Id, std::string> subscribing_;             // by request: the spelling
  std::unordered_map<Id, std::string> calls_;                   // by request: the client's own id, as JSON
  Id last_request_ = 0;
};

}  // namespace tws::wamp
