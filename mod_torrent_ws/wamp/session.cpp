#include "wamp/session.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "support/random.hpp"
#include "wamp/clock.hpp"
#include "wamp/features.hpp"
#include "wire/error_uris.hpp"

namespace tws::wamp {

namespace {

struct AskedFeature {
  const char* role;
  const char* name;
  Feature feature;
};

constexpr std::array kAskedFeatures = {
    AskedFeature{"callee", "progressive_call_results", Feature::kProgressiveCallResults},
    AskedFeature{"callee", "call_canceling", Feature::kCallCanceling},
    AskedFeature{"callee", "registration_revocation", Feature::kRegistrationRevocation},
    AskedFeature{"subscriber", "subscription_revocation", Feature::kSubscriptionRevocation},
};

// Of SUBSCRIBE and REGISTER.
UriPattern pattern_of(const Message& message) {
  const auto match = match_of(text_member(message.dict(2), "match").value_or("exact"));
  return {message.text(3), match.value_or(Match::kExact)};
}

}  // namespace

Session::Session(Realm& realm, Transport& transport, const std::string& site_user, Serializer serializer)
    : realm_(realm), transport_(transport), serializer_(serializer), sign_in_(*this, site_user), id_(random_id()) {
  while (realm_.find(id_) != nullptr) {
    id_ = random_id();
  }
  realm_.add(*this);
}

Session::Session(Realm& realm, Transport& transport, Identity identity) : Session(realm, transport, "") {
  identity_ = std::move(identity);
}

Session::~Session() {
  leave();
  realm_.remove(*this);
}

void Session::on_message(std::string_view bytes, bool binary) {
  if (state_ == State::kClosed) {
    return;
  }
  const auto message =
      binary == is_binary(serializer_)
          ? parse_message(serializer_, bytes)
          : Result<Message>(Error{binary ? "wamp.2.json is sent as text" : "cbor and msgpack are sent as binary",
                                  error_uri::kProtocolViolation});
  if (!message) {
    const auto& [why, uri] = message.error();
    abort(uri, why, uri == error_uri::kPayloadSizeExceeded ? CloseCode::kMessageTooBig : CloseCode::kProtocolError);
    return;
  }
  transport_.note(LogLevel::kTrace, "sends ", name_of(message->type));
  switch (message->type) {
    case MessageType::kAbort:
      leave();
      transport_.close(CloseCode::kNormal, "aborted by the client");
      return;
    case MessageType::kHello:
      on_hello(*message);
      return;
    case MessageType::kAuthenticate:
      sign_in_.on_authenticate(message->text(1));
      return;
    default:
      break;
  }
  if (state_ != State::kEstablished) {
    violate("no session is established yet");
    return;
  }
  on_established(*message);
}

void Session::on_hello(const Message& message) {
  if (state_ != State::kFresh) {
    violate("a second HELLO");
    return;
  }
  if (message.text(1) != realm_.name()) {
    abort(error_uri::kNoSuchRealm, "no realm \"" + message.text(1) + "\" at this URL");
    return;
  }
  const Value& details = message.dict(2);
  const Value* roles = member(details, "roles");
  for (const auto& [role, name, feature] : kAskedFeatures) {
    const Value* of_role = roles != nullptr ? member(*roles, role) : nullptr;
    const Value* features = of_role != nullptr ? member(*of_role, "features") : nullptr;
    features_.set(static_cast<std::size_t>(feature), features != nullptr && flag_member(*features, name));
  }
  sign_in_.on_hello(details);
}

bool Session::take_identity(Identity identity) {
  if (!transport_.claim_user(identity.user)) {
    return false;
  }
  identity_ = std::move(identity);
  transport_.established();
  return true;
}

void Session::welcome() {
  state_ = State::kEstablished;
  // Where strangers may do something, they need not sign in.
  if (!identity_.user.empty() || realm_.policy().open_to_anybody || realm_.policy().permissions.any_for_anonymous()) {
    transport_.established();
  }
  transport_.note(LogLevel::kInfo, "has a session in the realm ", realm_.name());
  realm_.dealer().join(*this);
  send(build(MessageType::kWelcome)
           .id(id_)
           .value({{"roles", router_roles()},
                   {"realm", realm_.name()},
                   {"authid", identity_.user},
                   {"authrole", realm_.role_of(identity_)},
                   {"authmethod", identity_.method},
                   {"authprovider", kAuthProvider},
                   {"agent", "mod_torrent_ws"}}));
  realm_.broker().announce("wamp.session.on_join", [this] { return Value::array({details_of(*this)}); });
}

bool Session::has_request_id(const Message& message) {
  switch (message.type) {
    case MessageType::kSubscribe:
    case MessageType::kUnsubscribe:
    case MessageType::kPublish:
    case MessageType::kCall:
    case MessageType::kRegister:
    case MessageType::kUnregister:
      return true;
    default:
      return false;
  }
}

void Session::on_established(const Message& message) {
  if (has_request_id(message)) {
    const Id expected = std::exchange(last_request_, message.id(1)) + 1;
    if (realm_.policy().strict_request_ids && message.id(1) != expected) {
      violate("request ids count 1, 2, 3 and so on");
      return;
    }
  }
  switch (message.type) {
    case MessageType::kGoodbye:
      on_goodbye();
      break;
    case MessageType::kSubscribe:
      on_subscribe(message);
      break;
    case MessageType::kUnsubscribe:
      realm_.broker().unsubscribe(*this, message.id(1), message.id(2));
      break;
    case MessageType::kPublish:
      on_publish(message);
      break;
    case MessageType::kCall:
      on_call(message);
      break;
    case MessageType::kCancel:
      realm_.dealer().cancel(*this, message);
      break;
    case MessageType::kRegister:
      on_register(message);
      break;
    case MessageType::kUnregister:
      realm_.dealer().unregister(*this, message.id(1), message.id(2));
      break;
    case MessageType::kYield:
      if (!realm_.dealer().yield(*this, message)) {
        violate("YIELD for no invocation");
      }
      break;
    case MessageType::kError:
      if (!realm_.dealer().invocation_error(*this, message)) {
        violate("ERROR for no invocation");
      }
      break;
    default:
      violate("a message that only a router sends");
      break;
  }
}

void Session::on_goodbye() {
  leave();
  send(build(MessageType::kGoodbye).dict().text(close_uri::kGoodbyeAndOut));
  transport_.close(CloseCode::kNormal, "goodbye");
}

void Session::on_subscribe(const Message& message) {
  const Id request = message.id(1);
  const Value& options = message.dict(2);
  // What is still needed when the token was redeemed: the rest may be large.
  Value needed = Value::object();
  for (const char* name : {"get_retained", "_format"}) {
    if (const Value* given = member(options, name)) {
      needed[name] = *given;
    }
  }
  sign_in_.with_token_of(options, [request, topics = pattern_of(message), needed = std::move(needed)](
                                      Session& session, const Status& signed_in) {
    if (signed_in) {
      session.subscribe(request, topics, needed);
    } else {
      session.send_error(MessageType::kSubscribe, request, signed_in.error());
    }
  });
}

void Session::subscribe(Id request, const UriPattern& topics, const Value& options) {
  if (const auto allowed = realm_.may_subscribe(identity_, topics); !allowed) {
    send_error(MessageType::kSubscribe, request, allowed.error());
    return;
  }
  transport_.note(LogLevel::kDebug, "subscribes to ", topics.uri);
  realm_.broker().subscribe(*this, request, topics, options);
}

void Session::on_publish(const Message& message) {
  const Id request = message.id(1);
  const Value& options = message.dict(2);
  const bool acknowledge = flag_member(options, "acknowledge");
  const auto allowed = realm_.may_publish(identity_, message.text(3));
  if (!allowed) {
    // Nobody waits for an answer otherwise.
    if (acknowledge) {
      send_error(MessageType::kPublish, request, allowed.error());
    }
    return;
  }
  const auto publication = make_publication(message.text(3), payload_of(message), options);
  const Value* exclude_me = member(options, "exclude_me");
  const bool excluded = exclude_me == nullptr || exclude_me->get<bool>();
  const Reach reach = realm_.broker().publish(publication, excluded ? this : nullptr, flag_member(options, "retain"));
  // It was made for each subscription; once the message itself has paid for.
  transport_.charge((message.args.bytes.size() + message.kwargs.bytes.size()) *
                    (std::max<std::size_t>(reach.subscriptions, 1) - 1));
  if (acknowledge) {
    send(build(MessageType::kPublished).id(request).id(publication->id));
  }
}

PublicationPtr Session::make_publication(const std::string& topic, Payload payload, const Value& options) const {
  return std::make_shared<const Publication>(
      Publication{random_id(), topic, std::make_shared<const Payload>(std::move(payload)), Receivers(options),
                  flag_member(options, "disclose_me") ? disclosed("publisher") : Value::object(), unix_ms_now()});
}

void Session::on_call(const Message& message) {
  if (const auto allowed = realm_.may_call(identity_, message.text(3)); !allowed) {
    send_error(MessageType::kCall, message.id(1), allowed.error());
    return;
  }
  transport_.note(LogLevel::kDebug, "calls ", message.text(3));
  if (!realm_.dealer().call(*this, message)) {
    violate("a CALL with the request id of one under way");
  }
}

void Session::on_register(const Message& message) {
  const UriPattern procedures = pattern_of(message);
  if (const auto allowed = realm_.may_register(identity_, procedures); !allowed) {
    send_error(MessageType::kRegister, message.id(1), allowed.error());
    return;
  }
  realm_.dealer().register_procedure(*this, message.id(1), procedures, message.dict(2));
}

void Session::leave() {
  if (std::exchange(state_, State::kClosed) != State::kEstablished) {
    return;
  }
  behind_.clear();
  realm_.broker().forget(*this);
  realm_.dealer().leave(*this);
  read_testaments();
  realm_.broker().announce("wamp.session.on_leave", [this] {
    return Value::array({id_, identity_.user, realm_.role_of(identity_)});
  });
}

void Session::read_testaments() {
  const auto testaments = std::exchange(testaments_, {});
  for (const char* scope : {kDetached, kDestroyed}) {
    for (const Testament& testament : testaments) {
      if (testament.scope != scope) {
        continue;
      }
      // What was allowed then need not be now.
      if (realm_.may_publish(identity_, testament.publication->topic)) {
        realm_.broker().publish(testament.publication, nullptr, testament.retain);
      }
    }
  }
}

void Session::send(MessageBuilder& message) { transport_.send(to_frame(serializer_, message.finish())); }

void Session::send_error(MessageType request_type, Id request, const Error& error) {
  send_error(request_type, request, error.uri, explanation(error.message));
}

void Session::send_error(MessageType request_type, Id request, std::string_view uri, const Payload& payload) {
  send(build(MessageType::kError).value(static_cast<int>(request_type)).id(request).dict().text(uri).payload(payload));
}

void Session::violate(std::string_view what) { abort(error_uri::kProtocolViolation, what, CloseCode::kProtocolError); }

void Session::abort(std::string_view uri, std::string_view message, CloseCode code) {
  leave();
  transport_.note(LogLevel::kInfo, "gets ABORT: ", message);
  send(build(MessageType::kAbort).value({{"message", message}}).text(uri));
  transport_.close(code, uri);
}

void Session::offer_events(const Subscription& subscription, std::span<const EventPtr> events) {
  if (behind_.contains(&subscription)) {
    transport_.leave_out();
    return;
  }
  std::vector<FramePtr> frames;
  frames.reserve(events.size());
  for (const EventPtr& event : events) {
    frames.push_back(event->frame(serializer_));
  }
  if (!transport_.offer(frames)) {
    behind_.insert(&subscription);
  }
}

void Session::on_drained() {
  for (const Subscription* subscription : std::exchange(behind_, {})) {
    realm_.broker().resume(*this, *subscription);
  }
}

void Session::on_shutdown(std::string_view goodbye) { say_goodbye(goodbye, {}); }

void Session::say_goodbye(std::string_view uri, std::string_view message) {
  const bool was_established = state_ == State::kEstablished;
  leave();
  if (was_established) {
    const Value details = message.empty() ? Value::object() : Value{{"message", message}};
    send(build(MessageType::kGoodbye).value(details).text(uri));
  }
}

bool Session::end(std::string_view uri, CloseCode code, std::string_view reason, std::string_view message) {
  if (state_ == State::kClosed || transport_.is_closing()) {
    return false;
  }
  say_goodbye(uri, message);
  transport_.close(code, reason);
  return true;
}

Value Session::disclosed(const std::string& as) const {
  return {{as, id_}, {as + "_authid", identity_.user}, {as + "_authrole", realm_.role_of(identity_)}};
}

const char* Session::state_name() const {
  switch (state_) {
    case State::kFresh:
      return "fresh";
    case State::kAuthenticating:
      return "authenticating";
    case State::kEstablished:
      return "established";
    default:
      return "closed";
  }
}

Value details_of(const Session& session) {
  const Receiver receiver = session.receiver();
  return {{"session", receiver.session},
          {"authid", receiver.user},
          {"authrole", receiver.role},
          {"authmethod", session.identity().method},
          {"authprovider", kAuthProvider},
          {"transport", {{"type", "websocket"}, {"kind", session.transport().info().kind}}}};
}

}  // namespace tws::wamp
