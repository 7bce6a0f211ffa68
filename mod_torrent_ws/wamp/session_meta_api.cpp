// wamp.session.*: who is there, sending them away, and testaments.
#include <algorithm>

#include "wamp/meta_api.hpp"
#include "wamp/options.hpp"
#include "wamp/session.hpp"
#include "wire/error_uris.hpp"

namespace tws::wamp {

namespace {

constexpr std::size_t kMaxTestaments = 100;
constexpr std::size_t kMaxTestamentBytes = 1UL << 20;  // of one session

Error no_such_session() { return {"no such session", error_uri::kNoSuchSession}; }

// Those whose role is in the list, if there is one.
Result<Value> session_ids(const Realm& realm, const Call& call) {
  const Value* roles = argument(call, 0);
  if (roles != nullptr && !roles->is_array() && !roles->is_null()) {
    return Error{"the authroles are a list", error_uri::kInvalidArgument};
  }
  Value ids = Value::array();
  for (const Session* session : realm.sessions()) {
    const bool has_role = roles == nullptr || roles->is_null() ||
                          std::find(roles->begin(), roles->end(), session->receiver().role) != roles->end();
    if (session->is_established() && has_role) {
      ids.push_back(session->id());
    }
  }
  return ids;
}

// What the client of a session that is ended is told.
struct Ending {
  std::string reason;
  std::string message;  // may be empty

  static Result<Ending> of(const Value& kwargs) {
    const std::string reason = text_member(kwargs, "reason").value_or(close_uri::kKilled);
    if (!is_uri(reason)) {
      return Error{"the reason is a URI", error_uri::kInvalidUri};
    }
    return Ending{reason, text_member(kwargs, "message").value_or("")};
  }

  [[nodiscard]] bool apply(Session& session) const {
    return session.end(reason, CloseCode::kPolicyViolation, "killed by an administrator", message);
  }
};

// Ends those of the others that are wanted: their ids.
template <typename Wanted>
Result<Value> end_sessions(const Realm& realm, const Call& call, Wanted&& wanted) {
  const auto ending = Ending::of(call.kwargs);
  if (!ending) {
    return ending.error();
  }
  Value ended = Value::array();
  for (Session* session : realm.sessions()) {
    if (session->id() != call.session && session->is_established() && wanted(*session) && ending->apply(*session)) {
      ended.push_back(session->id());
    }
  }
  return ended;
}

Result<Value> size_of(const Result<Value>& list) { return list ? Result<Value>(list->size()) : list; }

Result<Value> end_session(Realm& realm, const Call& call) {
  const auto id = id_argument(call, 0, "the session");
  const auto ending = Ending::of(call.kwargs);
  if (!id || !ending) {
    return id ? ending.error() : id.error();
  }
  // The specification: one's own is none to kill.
  Session* session = *id != call.session ? realm.find(*id) : nullptr;
  return session != nullptr && ending->apply(*session) ? Result<Value>(Value()) : no_such_session();
}

Result<std::string> scope_of(const Call& call) {
  const std::string scope = text_member(call.kwargs, "scope").value_or(kDestroyed);
  return scope == kDestroyed || scope == kDetached
             ? Result<std::string>(scope)
             : Error{"the scope of a testament is destroyed or detached", error_uri::kInvalidArgument};
}

Result<Value> add_testament(Realm& realm, const Call& call) {
  const auto topic = text_argument(call, 0, "the topic");
  const Value* args = argument(call, 1);
  const Value* kwargs = argument(call, 2);
  if (!topic || (args != nullptr && !args->is_array()) || (kwargs != nullptr && !kwargs->is_object())) {
    return Error{"a testament has a topic, a list and a dictionary", error_uri::kInvalidArgument};
  }
  const auto scope = scope_of(call);
  if (!scope) {
    return scope.error();
  }
  Session& session = *realm.find(call.session);
  if (const auto allowed = realm.may_publish(session.identity(), *topic, session.uri_rules()); !allowed) {
    return allowed.error();
  }
  const Value* given = member(call.kwargs, "publish_options");
  const Value options = given != nullptr && given->is_object() ? *given : Value::object();
  if (const auto wrong = wrong_option(MessageType::kPublish, options)) {
    return Error{*wrong, error_uri::kInvalidArgument};
  }
  const auto kept = [](const Value* value) {
    return value == nullptr ? Fragment() : encoded(Serializer::kCbor, *value);
  };
  Payload payload{kept(args), kept(kwargs)};
  std::size_t bytes = payload.args.bytes() + payload.kwargs.bytes();
  for (const Testament& testament : session.testaments()) {
    bytes += testament.publication->payload->args.bytes() + testament.publication->payload->kwargs.bytes();
  }
  if (session.testaments().size() >= kMaxTestaments || bytes > kMaxTestamentBytes) {
    return Error{"the session has as many testaments as it may", error_uri::kOptionNotAllowed};
  }
  const auto publication = session.make_publication(*topic, std::move(payload), options);
  session.testaments().push_back({publication, flag_member(options, "retain"), *scope});
  return Value();
}

Result<Value> flush_testaments(Realm& realm, const Call& call) {
  const auto scope = scope_of(call);
  if (!scope) {
    return scope.error();
  }
  return Value(std::erase_if(realm.find(call.session)->testaments(),
                             [&scope](const Testament& testament) { return testament.scope == *scope; }));
}

}  // namespace

void add_session_meta_api(Realm& realm) {
  add_meta_procedure(realm, "wamp.session.list", [&realm](const Call& call) { return session_ids(realm, call); });
  add_meta_procedure(realm, "wamp.session.count", [&realm](const Call& call) {
    const auto ids = session_ids(realm, call);
    return ids ? Result<Value>(ids->size()) : ids;
  });
  add_meta_procedure(realm, "wamp.session.get", [&realm](const Call& call) -> Result<Value> {
    const auto id = id_argument(call, 0, "the session");
    const Session* session = id ? realm.find(*id) : nullptr;
    if (!id) {
      return id.error();
    }
    return session != nullptr && session->is_established() ? Result<Value>(details_of(*session)) : no_such_session();
  });
  add_meta_procedure(realm, "wamp.session.kill", [&realm](const Call& call) { return end_session(realm, call); });
  add_meta_procedure(realm, "wamp.session.kill_by_authid", [&realm](const Call& call) -> Result<Value> {
    const auto user = text_argument(call, 0, "the authid");
    return user
               ? end_sessions(realm, call, [&user](const Session& session) { return session.identity().user == *user; })
               : user.error();
  });
  add_meta_procedure(realm, "wamp.session.kill_by_authrole", [&realm](const Call& call) -> Result<Value> {
    const auto role = text_argument(call, 0, "the authrole");
    return role ? size_of(end_sessions(realm, call,
                                       [&role](const Session& session) { return session.receiver().role == *role; }))
                : role.error();
  });
  add_meta_procedure(realm, "wamp.session.kill_all", [&realm](const Call& call) {
    return size_of(end_sessions(realm, call, [](const Session& /*session*/) { return true; }));
  });
  add_meta_procedure(realm, "wamp.session.add_testament",
                     [&realm](const Call& call) { return add_testament(realm, call); });
  add_meta_procedure(realm, "wamp.session.flush_testaments",
                     [&realm](const Call& call) { return flush_testaments(realm, call); });
}

}  // namespace tws::wamp
