// Session: the server's side of one WAMP v2 session over one connection (wamp-proto, basic profile, "Session
// Management"). Event-loop thread only.
#pragma once

#include <bitset>
#include <ctime>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "wamp/message.hpp"
#include "wamp/realm.hpp"
#include "wamp/sign_in.hpp"
#include "websocket/transport.hpp"

namespace tws::wamp {

// What a client says in HELLO that it can do, as far as it makes a difference.
enum class Feature {
  kProgressiveCallResults,  // as a callee
  kCallCanceling,           // as a callee
  kRegistrationRevocation,
  kSubscriptionRevocation,
};

// A publication for the time when its session is gone (wamp-proto, advanced profile, "Testament").
struct Testament {
  PublicationPtr publication;
  bool retain = false;
  std::string scope;  // kDetached or kDestroyed: at the same moment here, as no session is resumed
};

inline constexpr const char* kDetached = "detached";
inline constexpr const char* kDestroyed = "destroyed";

class Session final : public Protocol {
 public:
  // `site_user` is whom httpd's own access control let in, or empty. The realm and the transport outlive the session.
  Session(Realm& realm, Transport& transport, const std::string& site_user, Serializer serializer = Serializer::kJson);
  // Of somebody whom the server knows otherwise.
  Session(Realm& realm, Transport& transport, Identity identity);
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Protocol
  void on_message(std::string_view bytes, bool binary) override;
  void on_drained() override;
  void on_shutdown(std::string_view goodbye) override;
  [[nodiscard]] std::string_view user() const override { return identity_.user; }
  [[nodiscard]] std::uint64_t session_id() const override { return id_; }

  // Ends it for a reason of the server's: GOODBYE with this URI, and with a message for people unless that is empty, if
  // the client is welcome already, then the close. False when it has ended before.
  bool end(std::string_view uri, CloseCode code, std::string_view reason, std::string_view message = {});

  [[nodiscard]] Id id() const { return id_; }
  [[nodiscard]] Serializer serializer() const { return serializer_; }
  [[nodiscard]] const Identity& identity() const { return identity_; }
  // As of now: a graceful restart may change who is an administrator.
  [[nodiscard]] bool is_admin() const { return realm_.is_admin(identity_.user); }
  [[nodiscard]] bool may_administer() const { return realm_.may_administer(identity_); }
  [[nodiscard]] Receiver receiver() const { return {id_, identity_.user, realm_.role_of(identity_)}; }
  // Who it is, for those who are to know: {"caller": id, "caller_authid": …, "caller_authrole": …} where `as` is
  // "caller".
  [[nodiscard]] Value disclosed(const std::string& as) const;
  [[nodiscard]] bool understands(Feature feature) const { return features_.test(static_cast<std::size_t>(feature)); }
  Realm& realm() { return realm_; }
  [[nodiscard]] const Realm& realm() const { return realm_; }
  [[nodiscard]] std::time_t since() const { return since_; }
  // "fresh", "authenticating", "established" or "closed".
  [[nodiscard]] const char* state_name() const;
  [[nodiscard]] bool is_established() const { return state_ == State::kEstablished; }
  [[nodiscard]] bool is_closed() const { return state_ == State::kClosed; }
  Transport& transport() { return transport_; }
  [[nodiscard]] const Transport& transport() const { return transport_; }
  Id next_invocation() { return ++last_invocation_; }
  [[nodiscard]] bool has_had_invocation(Id request) const { return request <= last_invocation_; }
  std::vector<Testament>& testaments() { return testaments_; }
  SignIn& sign_in() { return sign_in_; }

  // What this session publishes now, with the options of PUBLISH, whose types were checked.
  [[nodiscard]] PublicationPtr make_publication(const std::string& topic, Payload payload, const Value& options) const;

  // A message for this client: send(build(…).id(…)).
  [[nodiscard]] MessageBuilder build(MessageType type) const { return {serializer_, type}; }
  void send(MessageBuilder& message);
  void send(const Event& event) { transport_.send(event.frame(serializer_)); }
  void send_error(MessageType request_type, Id request, const Error& error);
  void send_error(MessageType request_type, Id request, std::string_view uri, const Payload& payload);

  // Sends events, all or none, that a later snapshot can replace. They are left out when the client is behind;
  // on_subscribed() of the topic is called again when it has caught up.
  void offer_events(const Subscription& subscription, std::span<const EventPtr> events);
  void offer_event(const Subscription& subscription, const EventPtr& event) { offer_events(subscription, {&event, 1}); }

  // For SignIn.
  void authenticating() { state_ = State::kAuthenticating; }
  // Binds the session to a user, for its life. False: the user has as many connections as there may be.
  bool take_identity(Identity identity);
  void welcome();
  void abort(std::string_view uri, std::string_view message, CloseCode code = CloseCode::kNormal);
  void violate(std::string_view what);

 private:
  enum class State { kFresh, kAuthenticating, kEstablished, kClosed };

  void on_hello(const Message& message);
  void on_established(const Message& message);
  [[nodiscard]] bool has_request_id(const Message& message);
  void on_goodbye();
  void on_subscribe(const Message& message);
  void subscribe(Id request, const UriPattern& topics, const Value& options);
  // Once the application has answered.
  void finish_subscribe(Id request, const UriPattern& topics, const Value& options, const Status& accepted);
  [[nodiscard]] bool is_subscribed(const UriPattern& topics);
  void on_publish(const Message& message);
  void on_call(const Message& message);
  void on_register(const Message& message);
  // Once the application has allowed it. `acknowledge`: the id of a request that is to be answered, or 0.
  void publish(const PublicationPtr& asked, const Value& options, bool exclude_me, bool retain, Id acknowledge);
  void say_goodbye(std::string_view uri, std::string_view message);
  // After it nothing of the session is left in the realm but its id.
  void leave();
  void read_testaments();

  Realm& realm_;
  Transport& transport_;
  const Serializer serializer_;
  Identity identity_;
  SignIn sign_in_;
  std::bitset<4> features_;
  std::unordered_set<const Subscription*> behind_;
  std::vector<Testament> testaments_;
  Id id_;
  std::time_t since_ = std::time(nullptr);
  Id last_invocation_ = 0;
  Id last_request_ = 0;
  State state_ = State::kFresh;
};

// Session details of the meta API.
Value details_of(const Session& session);

}  // namespace tws::wamp
