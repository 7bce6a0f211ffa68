// Session: the server's side of one client in a realm, whichever WAMP it speaks (wamp/session_v2.hpp,
// wamp/session_v1.hpp): who it is, what it does there, and what the router tells it. Event-loop thread only.
#pragma once

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

// A publication for the time when its session is gone (wamp-proto, advanced profile, "Testament").
struct Testament {
  PublicationPtr publication;
  bool retain = false;
  std::string scope;  // kDetached or kDestroyed: at the same moment here, as no session is resumed
};

inline constexpr const char* kDetached = "detached";
inline constexpr const char* kDestroyed = "destroyed";

class Session : public Protocol {
 public:
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Protocol
  void on_drained() override;
  void on_shutdown(std::string_view goodbye) override;
  [[nodiscard]] std::string_view user() const override { return identity_.user; }
  [[nodiscard]] std::uint64_t session_id() const override { return id_; }

  // Ends it for a reason of the server's: a goodbye with this URI, and with a message for people unless that is empty,
  // if the client is welcome already, then the close. False when it has ended before.
  bool end(std::string_view uri, CloseCode code, std::string_view reason, std::string_view message = {});

  [[nodiscard]] Id id() const { return id_; }
  // In which it gets what it is sent.
  [[nodiscard]] Serializer serializer() const { return serializer_; }
  [[nodiscard]] const Identity& identity() const { return identity_; }
  // As of now: a graceful restart may change who is an administrator.
  [[nodiscard]] bool is_admin() const { return realm_.is_admin(identity_.user); }
  [[nodiscard]] bool may_administer() const { return realm_.may_administer(identity_); }
  [[nodiscard]] Receiver receiver() const { return {id_, identity_.user, realm_.role_of(identity_)}; }
  // Who it is, for those who are to know: {"caller": id, "caller_authid": …, "caller_authrole": …} where `as` is
  // "caller".
  [[nodiscard]] Value disclosed(const std::string& as) const;
  Realm& realm() { return realm_; }
  [[nodiscard]] const Realm& realm() const { return realm_; }
  [[nodiscard]] std::time_t since() const { return since_; }
  // "fresh", "authenticating", "established" or "closed".
  [[nodiscard]] const char* state_name() const;
  [[nodiscard]] bool is_established() const { return state_ == State::kEstablished; }
  [[nodiscard]] bool is_closed() const { return state_ == State::kClosed; }
  Transport& transport() { return transport_; }
  [[nodiscard]] const Transport& transport() const { return transport_; }
  std::vector<Testament>& testaments() { return testaments_; }
  SignIn& sign_in() { return sign_in_; }
  // What it may name: in WAMP v1 more is a URI than in v2.
  [[nodiscard]] virtual UriRules uri_rules() const { return realm_.policy().uri_rules; }

  // What this session publishes now, with the options of PUBLISH, whose types were checked.
  [[nodiscard]] PublicationPtr make_publication(const std::string& topic, Payload payload, const Value& options) const;

  // What broker and dealer tell the client about its own requests.
  virtual void send_subscribed(Id request, const Subscription& subscription) = 0;
  virtual void send_unsubscribed(Id request) = 0;
  virtual void send_result(Id request, const Payload& payload, bool is_progress) = 0;
  virtual void send_error(MessageType request_type, Id request, std::string_view uri, const Payload& payload) = 0;
  void send_error(MessageType request_type, Id request, const Error& error);
  // The server has ended a subscription.
  virtual void send_revoked(const Subscription& subscription, std::string_view reason) = 0;
  virtual void send_event(const Event& event) = 0;
  // What publish() was given as `request`, and the publication's id.
  virtual void send_published(Id request, const Result<Id>& publication) = 0;

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
  virtual void send_challenge(std::string_view method, const Value& extra) = 0;

 protected:
  // `site_user` is whom httpd's own access control let in, or empty. The realm and the transport outlive the session.
  Session(Realm& realm, Transport& transport, const std::string& site_user, Serializer serializer);
  // Of somebody whom the server knows otherwise.
  Session(Realm& realm, Transport& transport, Identity identity);

  [[nodiscard]] bool is_fresh() const { return state_ == State::kFresh; }

  // Policy is checked by these. Answers come through send_subscribed(), send_result() and send_error().
  // A token in the options of SUBSCRIBE is redeemed first.
  void subscribe(Id request, const UriPattern& topics, const Value& options);
  // `bytes`: what the client sent for it.
  void publish(const std::string& topic, Payload payload, const Value& options, std::size_t bytes, Id request);
  // A CALL. False: the request's id is that of a call under way.
  bool call(const Message& message);

  // After it nothing of the session is left in the realm but its id. It may still be told things while it leaves, so
  // that the destructor of what it is has to call this.
  void leave();

 private:
  enum class State { kFresh, kAuthenticating, kEstablished, kClosed };

  // Whether the client has not taken back its SUBSCRIBE while a token was redeemed, or a handler asked.
  [[nodiscard]] virtual bool still_wants(Id /*request*/) const { return true; }
  // The token that came with SUBSCRIBE does not sign in.
  virtual void refuse_token(Id request, const Error& error) { send_error(MessageType::kSubscribe, request, error); }
  virtual void send_welcome() = 0;
  // The application is asked where the topics are its own; what follows happens at once, or when it has answered.
  void ask_to_subscribe(Id request, const UriPattern& topics, const Value& options);
  void finish_subscribe(Id request, const UriPattern& topics, const Value& options, const Status& accepted);
  [[nodiscard]] bool is_subscribed(const UriPattern& topics);
  void ask_to_publish(const PublicationPtr& asked, const Value& options, const Application::Published& done);
  // The session was refused, or has ended by a fault of the client's. Closes the transport.
  virtual void send_abort(std::string_view uri, std::string_view message, CloseCode code) = 0;
  virtual void send_goodbye(std::string_view uri, std::string_view message) = 0;
  virtual void add_frames(const Event& event, std::vector<FramePtr>& frames) const = 0;
  void say_goodbye(std::string_view uri, std::string_view message);
  void read_testaments();

  Realm& realm_;
  Transport& transport_;
  const Serializer serializer_;
  Identity identity_;
  SignIn sign_in_;
  std::unordered_set<Id> behind_;  // subscriptions, of which some may be gone
  std::vector<Testament> testaments_;
  Id id_;
  std::time_t since_ = std::time(nullptr);
  State state_ = State::kFresh;
};

// Session details of the meta API.
Value details_of(const Session& session);

}  // namespace tws::wamp
