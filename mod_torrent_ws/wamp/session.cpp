#include "wamp/session.hpp"

#include <algorithm>
#include <utility>

#include "support/random.hpp"
#include "wamp/clock.hpp"
#include "wire/error_uris.hpp"

namespace tws::wamp {

Session::Session(Realm& realm, Transport& transport, const std::string& site_user, Serializer serializer)
    : realm_(realm), transport_(transport), serializer_(serializer), sign_in_(*this, site_user), id_(random_id()) {
  while (realm_.find(id_) != nullptr) {
    id_ = random_id();
  }
  realm_.add(*this);
}

Session::Session(Realm& realm, Transport& transport, Identity identity)
    : Session(realm, transport, "", Serializer::kJson) {
  identity_ = std::move(identity);
}

Session::~Session() { realm_.remove(*this); }

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
  send_welcome();
  realm_.application().joined(*this);
  realm_.broker().announce("wamp.session.on_join", [this] { return Value::array({details_of(*this)}); });
}

void Session::subscribe(Id request, const UriPattern& topics, const Value& options) {
  // What is still needed when the token was redeemed: the rest may be large.
  Value needed = Value::object();
  for (const char* name : {"get_retained", "_format", "_revision", "_window", "_daemon"}) {
    if (const Value* given = member(options, name)) {
      needed[name] = *given;
    }
  }
  sign_in_.with_token_of(
      options, [request, topics, needed = std::move(needed)](Session& session, const Status& signed_in) {
        if (!session.still_wants(request)) {
          return;
        }
        if (!signed_in) {
          session.refuse_token(request, signed_in.error());
          return;
        }
        const auto allowed = session.realm_.may_subscribe(session.identity_, topics, session.uri_rules());
        if (!allowed) {
          session.send_error(MessageType::kSubscribe, request, allowed.error());
          return;
        }
        session.transport_.note(LogLevel::kDebug, "subscribes to ", topics.uri);
        session.ask_to_subscribe(request, topics, needed);
      });
}

void Session::ask_to_subscribe(Id request, const UriPattern& topics, const Value& options) {
  if (!realm_.application().has(topics) || is_subscribed(topics)) {
    realm_.broker().subscribe(*this, request, topics, options);
    return;
  }
  realm_.application().may_subscribe(*this, topics, options,
                                     [&realm = realm_, id = id_, request, topics, options](const Status& accepted) {
                                       Session* session = realm.find(id);
                                       if (session != nullptr && session->is_established()) {
                                         session->finish_subscribe(request, topics, options, accepted);
                                       }
                                     });
}

void Session::finish_subscribe(Id request, const UriPattern& topics, const Value& options, const Status& accepted) {
  if (still_wants(request)) {
    // What was allowed when the application was asked need not be now.
    if (const auto allowed = accepted ? realm_.may_subscribe(identity_, topics, uri_rules()) : accepted; allowed) {
      realm_.broker().subscribe(*this, request, topics, options);
    } else {
      send_error(MessageType::kSubscribe, request, allowed.error());
    }
  }
  if (accepted && is_established() && !is_subscribed(topics)) {
    realm_.application().unsubscribed(*this, topics);
  }
}

bool Session::is_subscribed(const UriPattern& topics) {
  const Subscription* present = realm_.broker().find(topics);
  return present != nullptr && present->subscribers.contains(this);
}

void Session::publish(const std::string& topic, Payload payload, const Value& options, std::size_t bytes, Id request) {
  if (const auto allowed = realm_.may_publish(identity_, topic, uri_rules()); !allowed) {
    send_published(request, allowed.error());
    return;
  }
  const Value* exclude_me = member(options, "exclude_me");
  const bool excluded = exclude_me == nullptr || exclude_me->get<bool>();
  const bool retain = flag_member(options, "retain");
  const auto asked = make_publication(topic, std::move(payload), options);
  ask_to_publish(asked, options, [=, &realm = realm_, id = id_](const Result<PublicationPtr>& accepted) {
    // It is published also when who said it has left meanwhile.
    Session* session = realm.find(id);
    const bool is_published = accepted && *accepted;
    const Reach reach =
        is_published ? realm.broker().publish(*accepted, excluded ? session : nullptr, retain) : Reach{};
    if (session != nullptr && session->is_established()) {
      // It was made for each subscription; once the message itself has paid for.
      session->transport_.charge(bytes * (std::max<std::size_t>(reach.subscriptions, 1) - 1));
      session->send_published(request, accepted ? Result<Id>(asked->id) : accepted.error());
    }
  });
}

void Session::ask_to_publish(const PublicationPtr& asked, const Value& options, const Application::Published& done) {
  if (realm_.application().has({asked->topic, Match::kExact})) {
    realm_.application().may_publish(*this, asked, options, done);
  } else {
    done(asked);
  }
}

PublicationPtr Session::make_publication(const std::string& topic, Payload payload, const Value& options) const {
  return std::make_shared<const Publication>(
      Publication{random_id(), topic, std::make_shared<const Payload>(std::move(payload)), Receivers(options),
                  flag_member(options, "disclose_me") ? disclosed("publisher") : Value::object(), unix_ms_now()});
}

bool Session::call(const Message& message) {
  if (const auto allowed = realm_.may_call(identity_, message.text(3), uri_rules()); !allowed) {
    send_error(MessageType::kCall, message.id(1), allowed.error());
    return true;
  }
  transport_.note(LogLevel::kDebug, "calls ", message.text(3));
  return realm_.dealer().call(*this, message);
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
  realm_.application().left(*this);
}

void Session::read_testaments() {
  const auto testaments = std::exchange(testaments_, {});
  for (const char* scope : {kDetached, kDestroyed}) {
    for (const Testament& testament : testaments) {
      if (testament.scope != scope) {
        continue;
      }
      // What was allowed then need not be now.
      if (realm_.may_publish(identity_, testament.publication->topic, uri_rules())) {
        ask_to_publish(testament.publication, Value::object(),
                       [&realm = realm_, retain = testament.retain](const Result<PublicationPtr>& accepted) {
                         if (accepted && *accepted) {
                           realm.broker().publish(*accepted, nullptr, retain);
                         }
                       });
      }
    }
  }
}

void Session::send_error(MessageType request_type, Id request, const Error& error) {
  send_error(request_type, request, error.uri, explanation(error.message));
}

void Session::violate(std::string_view what) { abort(error_uri::kProtocolViolation, what, CloseCode::kProtocolError); }

void Session::abort(std::string_view uri, std::string_view message, CloseCode code) {
  leave();
  transport_.note(LogLevel::kInfo, "is refused: ", message);
  send_abort(uri, message, code);
}

void Session::offer_events(const Subscription& subscription, std::span<const EventPtr> events) {
  if (behind_.contains(subscription.id)) {
    transport_.leave_out();
    return;
  }
  std::vector<FramePtr> frames;
  frames.reserve(events.size());
  for (const EventPtr& event : events) {
    add_frames(*event, frames);
  }
  if (!transport_.offer(frames)) {
    behind_.insert(subscription.id);
  }
}

void Session::on_drained() {
  for (const Id subscription : std::exchange(behind_, {})) {
    realm_.broker().resume(*this, subscription);
  }
}

void Session::on_shutdown(std::string_view goodbye) { say_goodbye(goodbye, {}); }

void Session::say_goodbye(std::string_view uri, std::string_view message) {
  const bool was_established = state_ == State::kEstablished;
  leave();
  if (was_established) {
    send_goodbye(uri, message);
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
