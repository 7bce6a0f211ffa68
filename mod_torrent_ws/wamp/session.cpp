#include "wamp/session.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "support/random.hpp"
#include "wire/error_uris.hpp"

namespace tws::wamp {

namespace {

// So many wrong tokens end the session: guessing costs a connection each few tries.
constexpr int kMaxFailedTokens = 3;
constexpr std::size_t kPublishPayload = 4;

bool contains(const json_t* list, std::string_view text) {
  for (std::size_t i = 0; i < json_array_size(list); ++i) {
    if (string_of(json_array_get(list, i)) == text) {
      return true;
    }
  }
  return false;
}

std::optional<std::string> text_or_number(const json_t* object, const char* key) {
  const json_t* value = json_object_get(object, key);
  if (json_is_string(value)) {
    return std::string(string_of(value));
  }
  if (json_is_integer(value)) {
    return std::to_string(json_integer_value(value));
  }
  return std::nullopt;
}

// A token in SUBSCRIBE options: `_user_id` and `_token`, or the talk's spelling `userId` and `token`.
struct TokenOptions {
  std::string user;
  std::string token;
};

std::optional<TokenOptions> token_options(const json_t* options) {
  for (const auto& [user_key, token_key] : {std::pair{"_user_id", "_token"}, std::pair{"userId", "token"}}) {
    const auto user = text_or_number(options, user_key);
    const auto token = string_member(options, token_key);
    if (user && token) {
      return TokenOptions{*user, std::string(*token)};
    }
  }
  return std::nullopt;
}

}  // namespace

Session::Session(Realm& realm, Transport& transport, const std::string& site_user)
    : Session(realm, transport, site_user.empty() ? Identity{} : Identity{site_user, "httpd"}) {}

Session::Session(Realm& realm, Transport& transport, Identity identity)
    : realm_(realm), transport_(transport), identity_(std::move(identity)), id_(random_id()) {
  while (realm_.find(id_) != nullptr) {
    id_ = random_id();
  }
  realm_.add(*this);
}

Session::~Session() { realm_.remove(*this); }

void Session::on_message(std::string_view text, bool binary) {
  if (state_ == State::kClosed) {
    return;
  }
  const auto message = binary ? Result<Message>(Error{"wamp.2.json is sent as text", {}}) : parse_message(text);
  if (!message) {
    violate(message.error().message);
    return;
  }
  transport_.note(LogLevel::kTrace, "sends ", name_of(message->type));
  switch (message->type) {
    case MessageType::kAbort:
      state_ = State::kClosed;
      transport_.close(CloseCode::kNormal, "aborted by the client");
      return;
    case MessageType::kHello:
      on_hello(*message);
      return;
    case MessageType::kAuthenticate:
      on_authenticate(*message);
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
    abort(error_uri::kNoSuchRealm, "no realm \"" + std::string(message.text(1)) + "\" at this URL");
    return;
  }
  const json_t* details = message.dict(2);
  const json_t* methods = json_object_get(details, "authmethods");
  const auto user = string_member(details, "authid");
  if (contains(methods, "ticket") && user && !user->empty() && realm_.policy().redeem_token) {
    pending_user_ = std::string(*user);
    state_ = State::kAuthenticating;
    send(MessageBuilder(MessageType::kChallenge).text("ticket").json("{}").finish());
    return;
  }
  if (json_array_size(methods) > 0 && !contains(methods, identity_.method) && !contains(methods, "anonymous")) {
    abort(error_uri::kNoMatchingAuthMethod, "this realm takes the authmethods ticket (with an authid) and anonymous");
    return;
  }
  welcome(identity_);
}

void Session::on_authenticate(const Message& message) {
  if (state_ != State::kAuthenticating || authenticate_seen_) {
    violate("AUTHENTICATE without a CHALLENGE");
    return;
  }
  authenticate_seen_ = true;
  redeem(pending_user_, std::string(message.text(1)), [](Session& session, const Status& redeemed) {
    if (redeemed) {
      session.welcome(session.identity_);
    } else {
      const bool over_limit = redeemed.error().uri == error_uri::kTooManyConnections;
      session.abort(redeemed.error().uri, redeemed.error().message,
                    over_limit ? CloseCode::kPolicyViolation : CloseCode::kNormal);
    }
  });
}

void Session::welcome(Identity identity) {
  identity_ = std::move(identity);
  state_ = State::kEstablished;
  if (!identity_.user.empty() || realm_.policy().open_to_anybody) {
    transport_.established();
  }
  transport_.note(LogLevel::kInfo, "has a session in the realm ", realm_.name());
  const Json details(json_pack("{s{s{s{sb}}s{s{}}} ss ss ss ss ss}", "roles", "broker", "features",
                               "publisher_exclusion", 1, "dealer", "features", "realm", realm_.name().c_str(), "authid",
                               identity_.user.c_str(), "authrole",
                               is_admin() ? "admin" : (identity_.user.empty() ? "anonymous" : "user"), "authmethod",
                               identity_.method.c_str(), "agent", "mod_torrent_ws"));
  send(MessageBuilder(MessageType::kWelcome).id(id_).json(details.get()).finish());
}

void Session::on_established(const Message& message) {
  switch (message.type) {
    case MessageType::kGoodbye:
      state_ = State::kClosed;
      send(MessageBuilder(MessageType::kGoodbye).json("{}").text(close_uri::kGoodbyeAndOut).finish());
      transport_.close(CloseCode::kNormal, "goodbye");
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
      if (const auto allowed = realm_.may_use(identity_, message.text(3)); !allowed) {
        send_error(MessageType::kCall, message.id(1), allowed.error());
      } else {
        transport_.note(LogLevel::kDebug, "calls ", message.text(3));
        realm_.dealer().call(*this, message);
      }
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

void Session::on_subscribe(const Message& message) {
  const auto token = token_options(message.dict(2));
  if (!token) {
    subscribe(message);
    return;
  }
  redeem(token->user, token->token, [message](Session& session, const Status& redeemed) {
    if (redeemed) {
      session.subscribe(message);
    } else {
      session.send_error(MessageType::kSubscribe, message.id(1), redeemed.error());
    }
  });
}

void Session::subscribe(const Message& message) {
  const Id request = message.id(1);
  const std::string topic(message.text(3));
  if (const auto allowed = realm_.may_use(identity_, topic); !allowed) {
    send_error(MessageType::kSubscribe, request, allowed.error());
    return;
  }
  transport_.note(LogLevel::kDebug, "subscribes to ", topic);
  realm_.broker().subscribe(*this, request, topic, message.dict(2));
}

void Session::on_publish(const Message& message) {
  const json_t* options = message.dict(2);
  const bool acknowledge = bool_member(options, "acknowledge");
  const auto allowed = realm_.may_provide(identity_, message.text(3));
  if (!allowed) {
    if (acknowledge) {
      send_error(MessageType::kPublish, message.id(1), allowed.error());
    }
    return;
  }
  const bool exclude_me = !json_is_false(json_object_get(options, "exclude_me"));
  const Id publication =
      realm_.broker().publish(*this, std::string(message.text(3)), payload_of(message, kPublishPayload), exclude_me);
  if (acknowledge) {
    send(MessageBuilder(MessageType::kPublished).id(message.id(1)).id(publication).finish());
  }
}

void Session::on_register(const Message& message) {
  if (const auto allowed = realm_.may_provide(identity_, message.text(3)); !allowed) {
    send_error(MessageType::kRegister, message.id(1), allowed.error());
    return;
  }
  realm_.dealer().register_procedure(*this, message.id(1), std::string(message.text(3)));
}

void Session::redeem(const std::string& user, const std::string& token,
                     std::function<void(Session&, const Status&)> done) {
  const auto refuse = [&](const Error& error) { done(*this, error); };
  if (!realm_.policy().redeem_token) {
    refuse(Error{"this realm takes no tokens", error_uri::kNotAuthorized});
    return;
  }
  if (!identity_.user.empty() && identity_.user != user) {
    refuse(Error{"the session is another user's already", error_uri::kNotAuthorized});
    return;
  }
  if (failed_tokens_ + redeeming_ >= kMaxFailedTokens) {
    refuse(Error{"too many tokens at a time", error_uri::kNotAuthorized});
    return;
  }
  ++redeeming_;
  // The session may be gone when the answer comes, so it is looked up again by its id.
  Realm& realm = realm_;
  realm_.policy().redeem_token(user, token, [&realm, id = id_, user, done = std::move(done)](const Status& redeemed) {
    Session* session = realm.find(id);
    if (session == nullptr) {
      return;
    }
    --session->redeeming_;
    if (session->state_ == State::kClosed) {
      return;
    }
    if (redeemed && !session->identity_.user.empty() && session->identity_.user != user) {
      done(*session, Error{"the session is another user's already", error_uri::kNotAuthorized});
      return;
    }
    if (redeemed && session->identity_.user.empty()) {
      if (!session->transport_.claim_user(user)) {
        done(*session, Error{"this user has as many connections as there may be", error_uri::kTooManyConnections});
        return;
      }
      session->identity_ = Identity{user, "ticket"};
      session->transport_.established();
    }
    done(*session, redeemed);
    const bool was_wrong = !redeemed && redeemed.error().uri == error_uri::kAuthenticationFailed;
    if (was_wrong && ++session->failed_tokens_ >= kMaxFailedTokens && session->state_ != State::kClosed) {
      session->abort(error_uri::kNotAuthorized, "too many wrong tokens");
    }
  });
}

void Session::send_error(MessageType request_type, Id request, const Error& error) {
  send(error_message(request_type, request, error.uri, explanation(error.message)));
}

void Session::violate(std::string_view what) { abort(error_uri::kProtocolViolation, what, CloseCode::kProtocolError); }

void Session::abort(std::string_view reason, std::string_view message, CloseCode code) {
  state_ = State::kClosed;
  transport_.note(LogLevel::kInfo, "gets ABORT: ", message);
  std::string details = "{\"message\":";
  append_json_string(details, message);
  details.push_back('}');
  send(MessageBuilder(MessageType::kAbort).json(details).text(reason).finish());
  transport_.close(code, reason);
}

void Session::offer_events(const Subscription& subscription, std::span<const FramePtr> events) {
  if (behind_.contains(&subscription)) {
    transport_.leave_out();
  } else if (!transport_.offer(events)) {
    behind_.insert(&subscription);
  }
}

void Session::on_drained() {
  for (const Subscription* subscription : std::exchange(behind_, {})) {
    realm_.broker().resume(*this, *subscription);
  }
}

void Session::on_shutdown(std::string_view goodbye) { say_goodbye(goodbye); }

bool Session::end(std::string_view uri, CloseCode code, std::string_view reason) {
  if (state_ == State::kClosed || transport_.is_closing()) {
    return false;
  }
  say_goodbye(uri);
  transport_.close(code, reason);
  return true;
}

bool Session::take_subscription(Id request) {
  if (subscriptions_ >= realm_.policy().max_subscriptions) {
    transport_.count(Refusal::kSubscriptions);
    send_error(MessageType::kSubscribe, request,
               Error{"the session has as many subscriptions as it may", error_uri::kTooManySubscriptions});
    return false;
  }
  ++subscriptions_;
  return true;
}

void Session::say_goodbye(std::string_view uri) {
  if (state_ == State::kEstablished) {
    send(MessageBuilder(MessageType::kGoodbye).json("{}").text(uri).finish());
  }
  state_ = State::kClosed;
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

}  // namespace tws::wamp
