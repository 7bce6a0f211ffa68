// SessionV2: a session of WAMP v2 (wamp-proto, basic profile, "Session Management"). Event-loop thread only.
#pragma once

#include <bitset>
#include <string>
#include <string_view>
#include <vector>

#include "wamp/session.hpp"

namespace tws::wamp {

// What a client says in HELLO that it can do, as far as it makes a difference.
enum class Feature {
  kProgressiveCallResults,  // as a callee
  kCallCanceling,           // as a callee
  kRegistrationRevocation,
  kSubscriptionRevocation,
};

class SessionV2 final : public Session {
 public:
  // As Session's.
  SessionV2(Realm& realm, Transport& transport, const std::string& site_user, Serializer serializer = Serializer::kJson)
      : Session(realm, transport, site_user, serializer) {}
  SessionV2(Realm& realm, Transport& transport, Identity identity) : Session(realm, transport, std::move(identity)) {}

  ~SessionV2() override { leave(); }
  SessionV2(const SessionV2&) = delete;
  SessionV2& operator=(const SessionV2&) = delete;

  // Protocol
  void on_message(std::string_view bytes, bool binary) override;

  // Session
  void send_subscribed(Id request, const Subscription& subscription) override;
  void send_unsubscribed(Id request) override;
  void send_result(Id request, const Payload& payload, bool is_progress) override;
  using Session::send_error;
  void send_error(MessageType request_type, Id request, std::string_view uri, const Payload& payload) override;
  void send_revoked(const Subscription& subscription, std::string_view reason) override;
  void send_published(Id request, const Result<Id>& publication) override;
  void send_event(const Event& event) override { transport().send(event.frame(serializer())); }
  void send_challenge(std::string_view method, const Value& extra) override;

  [[nodiscard]] bool understands(Feature feature) const { return features_.test(static_cast<std::size_t>(feature)); }

  // As a callee.
  Id next_invocation() { return ++last_invocation_; }
  [[nodiscard]] bool has_had_invocation(Id request) const { return request <= last_invocation_; }

  // A message for this client: send(build(…).id(…)).
  [[nodiscard]] MessageBuilder build(MessageType type) const { return {serializer(), type}; }
  void send(MessageBuilder& message);

 private:
  void send_welcome() override;
  void send_abort(std::string_view uri, std::string_view message, CloseCode code) override;
  void send_goodbye(std::string_view uri, std::string_view message) override;
  void add_frames(const Event& event, std::vector<FramePtr>& frames) const override;

  void on_hello(const Message& message);
  void on_established(const Message& message);
  void on_goodbye();
  void on_publish(const Message& message);
  void on_register(const Message& message);

  std::bitset<4> features_;
  Id last_invocation_ = 0;
  Id last_request_ = 0;
};

}  // namespace tws::wamp
