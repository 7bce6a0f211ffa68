#include "wamp/session_v2.hpp"

#include <array>
#include <utility>

#include "wamp/features.hpp"
#include "wire/error_uris.hpp"

namespace tws::wamp {

namespace {

// No request has this id: nobody waits for an answer.
constexpr Id kUnanswered = 0;

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

bool has_request_id(const Message& message) {
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

}  // namespace

void SessionV2::on_message(std::string_view bytes, bool binary) {
  if (is_closed()) {
    return;
  }
  const auto message =
      binary == is_binary(serializer())
          ? parse_message(serializer(), bytes)
          : Result<Message>(Error{binary ? "wamp.2.json is sent as text" : "cbor and msgpack are sent as binary",
                                  error_uri::kProtocolViolation});
  if (!message) {
    const auto& [why, uri] = message.error();
    abort(uri, why, uri == error_uri::kPayloadSizeExceeded ? CloseCode::kMessageTooBig : CloseCode::kProtocolError);
    return;
  }
  transport().note(LogLevel::kTrace, "sends ", name_of(message->type));
  switch (message->type) {
    case MessageType::kAbort:
      leave();
      transport().close(CloseCode::kNormal, "aborted by the client");
      return;
    case MessageType::kHello:
      on_hello(*message);
      return;
    case MessageType::kAuthenticate:
      sign_in().on_authenticate(message->text(1));
      return;
    default:
      break;
  }
  if (!is_established()) {
    violate("no session is established yet");
    return;
  }
  on_established(*message);
}

void SessionV2::on_hello(const Message& message) {
  if (!is_fresh()) {
    violate("a second HELLO");
    return;
  }
  if (message.text(1) != realm().name()) {
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
  sign_in().on_hello(details);
}

void SessionV2::on_established(const Message& message) {
  if (has_request_id(message)) {
    const Id expected = std::exchange(last_request_, message.id(1)) + 1;
    if (realm().policy().strict_request_ids && message.id(1) != expected) {
      violate("request ids count 1, 2, 3 and so on");
      return;
    }
  }
  switch (message.type) {
    case MessageType::kGoodbye:
      on_goodbye();
      break;
    case MessageType::kSubscribe:
      subscribe(message.id(1), pattern_of(message), message.dict(2));
      break;
    case MessageType::kUnsubscribe:
      realm().broker().unsubscribe(*this, message.id(1), message.id(2));
      break;
    case MessageType::kPublish:
      on_publish(message);
      break;
    case MessageType::kCall:
      if (!call(message)) {
        violate("a CALL with the request id of one under way");
      }
      break;
    case MessageType::kCancel:
      realm().dealer().cancel(*this, message);
      break;
    case MessageType::kRegister:
      on_register(message);
      break;
    case MessageType::kUnregister:
      realm().dealer().unregister(*this, message.id(1), message.id(2));
      break;
    case MessageType::kYield:
      if (!realm().dealer().yield(*this, message)) {
        violate("YIELD for no invocation");
      }
      break;
    case MessageType::kError:
      if (!realm().dealer().invocation_error(*this, message)) {
        violate("ERROR for no invocation");
      }
      break;
    default:
      violate("a message that only a router sends");
      break;
  }
}

void SessionV2::on_goodbye() {
  leave();
  send(build(MessageType::kGoodbye).dict().text(close_uri::kGoodbyeAndOut));
  transport().close(CloseCode::kNormal, "goodbye");
}

void SessionV2::on_publish(const Message& message) {
  const Value& options = message.dict(2);
  publish(message.text(3), payload_of(message), options, message.args.bytes.size() + message.kwargs.bytes.size(),
          flag_member(options, "acknowledge") ? message.id(1) : kUnanswered);
}

void SessionV2::send_published(Id request, const Result<Id>& publication) {
  if (request == kUnanswered) {
    return;
  }
  if (publication) {
    send(build(MessageType::kPublished).id(request).id(*publication));
  } else {
    send_error(MessageType::kPublish, request, publication.error());
  }
}

void SessionV2::on_register(const Message& message) {
  const UriPattern procedures = pattern_of(message);
  if (const auto allowed = realm().may_register(identity(), procedures, uri_rules()); !allowed) {
    send_error(MessageType::kRegister, message.id(1), allowed.error());
    return;
  }
  realm().dealer().register_procedure(*this, message.id(1), procedures, message.dict(2));
}

void SessionV2::send(MessageBuilder& message) { transport().send(to_frame(serializer(), message.finish())); }

void SessionV2::send_subscribed(Id request, const Subscription& subscription) {
  send(build(MessageType::kSubscribed).id(request).id(subscription.id));
}

void SessionV2::send_unsubscribed(Id request) { send(build(MessageType::kUnsubscribed).id(request)); }

void SessionV2::send_result(Id request, const Payload& payload, bool is_progress) {
  const Value details = is_progress ? Value{{"progress", true}} : Value::object();
  send(build(MessageType::kResult).id(request).value(details).payload(payload));
}

void SessionV2::send_error(MessageType request_type, Id request, std::string_view uri, const Payload& payload) {
  send(build(MessageType::kError).value(static_cast<int>(request_type)).id(request).dict().text(uri).payload(payload));
}

void SessionV2::send_revoked(const Subscription& subscription, std::string_view reason) {
  if (understands(Feature::kSubscriptionRevocation)) {
    send(build(MessageType::kUnsubscribed).value(0).value({{"subscription", subscription.id}, {"reason", reason}}));
  }
}

void SessionV2::send_challenge(std::string_view method, const Value& extra) {
  send(build(MessageType::kChallenge).text(method).value(extra));
}

void SessionV2::send_welcome() {
  send(build(MessageType::kWelcome)
           .id(id())
           .value({{"roles", router_roles()},
                   {"realm", realm().name()},
                   {"authid", identity().user},
                   {"authrole", realm().role_of(identity())},
                   {"authmethod", identity().method},
                   {"authprovider", kAuthProvider},
                   {"agent", "mod_torrent_ws"}}));
}

void SessionV2::send_abort(std::string_view uri, std::string_view message, CloseCode code) {
  send(build(MessageType::kAbort).value({{"message", message}}).text(uri));
  transport().close(code, uri);
}

void SessionV2::send_goodbye(std::string_view uri, std::string_view message) {
  const Value details = message.empty() ? Value::object() : Value{{"message", message}};
  send(build(MessageType::kGoodbye).value(details).text(uri));
}

void SessionV2::add_frames(const Event& event, std::vector<FramePtr>& frames) const {
  frames.push_back(event.frame(serializer()));
}

}  // namespace tws::wamp
