// Session: the server's side of one WAMP v2 session over one connection (wamp-proto, basic profile,
// "Session establishment"). Event-loop thread only.
#pragma once

#include <ctime>
#include <string>
#include <string_view>
#include <unordered_set>

#include "loop/transport.hpp"
#include "wamp/message.hpp"
#include "wamp/realm.hpp"

namespace tws::wamp {

class Session final : public Protocol {
 public:
  // `site_user` is whom httpd's own access control let in, or empty. The realm and the transport
  // outlive the session.
  Session(Realm& realm, Transport& transport, const std::string& site_user);
  // Of somebody whom the server knows otherwise.
  Session(Realm& realm, Transport& transport, Identity identity);
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Protocol
  void on_message(std::string_view text, bool binary) override;
  void on_drained() override;
  void on_shutdown(std::string_view goodbye) override;
  [[nodiscard]] std::string_view user() const override { return identity_.user; }
  [[nodiscard]] std::uint64_t session_id() const override { return id_; }

  // Ends it for a reason of the server's: GOODBYE with this URI if the client is welcome already, then the close.
  // False when it has ended before.
  bool end(std::string_view uri, CloseCode code, std::string_view reason);

  [[nodiscard]] Id id() const { return id_; }
  [[nodiscard]] const Identity& identity() const { return identity_; }
  // As of now: a graceful restart may change who is an administrator.
  [[nodiscard]] bool is_admin() const { return realm_.is_admin(identity_.user); }
  [[nodiscard]] const Realm& realm() const { return realm_; }
  [[nodiscard]] std::time_t since() const { return since_; }
  // "fresh", "authenticating", "established" or "closed".
  [[nodiscard]] const char* state_name() const;
  Transport& transport() { return transport_; }
  [[nodiscard]] const Transport& transport() const { return transport_; }
  Id next_invocation() { return ++last_invocation_; }
  // Called by the broker. False: it has as many as it may, and its client was told so.
  bool take_subscription(Id request);
  void drop_subscription() { --subscriptions_; }

  void send(std::string_view message) {
    transport_.charge(message.size());
    transport_.send(text_frame(message));
  }
  void send_error(MessageType request_type, Id request, const Error& error);

  // Sends events, all or none, that a later snapshot can replace. They are left out when the client is
  // behind; on_subscribed() of the topic is called again when it has caught up.
  void offer_events(const Subscription& subscription, std::span<const FramePtr> events);
  void offer_event(const Subscription& subscription, const FramePtr& event) { offer_events(subscription, {&event, 1}); }

 private:
  enum class State { kFresh, kAuthenticating, kEstablished, kClosed };

  void on_hello(const Message& message);
  void on_authenticate(const Message& message);
  void on_established(const Message& message);
  void on_subscribe(const Message& message);
  void subscribe(const Message& message);
  void on_publish(const Message& message);
  void on_register(const Message& message);

  void welcome(Identity identity);
  void abort(std::string_view reason, std::string_view message, CloseCode code = CloseCode::kNormal);
  void violate(std::string_view what);
  void say_goodbye(std::string_view uri);

  // Binds the session to the token's user; a session has one user for its life.
  void redeem(const std::string& user, const std::string& token, std::function<void(Session&, const Status&)> done);

  Realm& realm_;
  Transport& transport_;
  Identity identity_;
  std::string pending_user_;  // between CHALLENGE and AUTHENTICATE
  std::unordered_set<const Subscription*> behind_;
  Id id_;
  std::time_t since_ = std::time(nullptr);
  Id last_invocation_ = 0;
  std::size_t subscriptions_ = 0;
  int failed_tokens_ = 0;
  int redeeming_ = 0;  // tokens whose answer is awaited
  State state_ = State::kFresh;
  bool authenticate_seen_ = false;
};

}  // namespace tws::wamp
