// wamp.registration.*: what is registered, and taking it from a callee.
#include "wamp/meta_api.hpp"
#include "wamp/session_v2.hpp"
#include "wire/error_uris.hpp"

namespace tws::wamp {

namespace {

Result<Registration*> registration_argument(Realm& realm, const Call& call) {
  const auto id = id_argument(call, 0, "the registration");
  if (!id) {
    return id.error();
  }
  Registration* registration = realm.dealer().registrations().find(*id);
  return registration != nullptr ? Result<Registration*>(registration)
                                 : Error{"no such registration", error_uri::kNoSuchRegistration};
}

Result<Value> remove_callee(Realm& realm, const Call& call) {
  const auto registration = registration_argument(realm, call);
  const auto callee = id_argument(call, 1, "the callee's session");
  if (!registration || !callee) {
    return registration ? callee.error() : registration.error();
  }
  const Session* session = realm.find(*callee);
  SessionV2* found = session != nullptr ? (*registration)->callee(*session) : nullptr;
  if (found == nullptr) {
    return Error{"the session is none of its callees", error_uri::kNoSuchSession};
  }
  realm.dealer().revoke(*found, **registration, text_member(call.kwargs, "reason").value_or("removed"));
  return Value();
}

}  // namespace

void add_registration_meta_api(Realm& realm) {
  add_meta_procedure(realm, "wamp.registration.list", [&realm](const Call& /*call*/) -> Result<Value> {
    return ids_by_match(realm.dealer().registrations().all());
  });
  add_meta_procedure(realm, "wamp.registration.lookup", [&realm](const Call& call) -> Result<Value> {
    const auto pattern = pattern_argument(call);
    return pattern ? Result<Value>(id_or_null(realm.dealer().registrations().find(*pattern))) : pattern.error();
  });
  add_meta_procedure(realm, "wamp.registration.match", [&realm](const Call& call) -> Result<Value> {
    const auto uri = text_argument(call, 0, "the procedure");
    return uri ? Result<Value>(id_or_null(realm.dealer().registrations().match(*uri))) : uri.error();
  });
  add_meta_procedure(realm, "wamp.registration.get", [&realm](const Call& call) -> Result<Value> {
    const auto registration = registration_argument(realm, call);
    return registration ? Result<Value>(details_of(**registration)) : registration.error();
  });
  add_meta_procedure(realm, "wamp.registration.list_callees", [&realm](const Call& call) -> Result<Value> {
    const auto registration = registration_argument(realm, call);
    if (!registration) {
      return registration.error();
    }
    Value ids = Value::array();
    for (const Callee& callee : (*registration)->callees) {
      ids.push_back(callee.session->id());
    }
    return ids;
  });
  add_meta_procedure(realm, "wamp.registration.count_callees", [&realm](const Call& call) -> Result<Value> {
    const auto registration = registration_argument(realm, call);
    return registration ? Result<Value>((*registration)->callees.size()) : registration.error();
  });
  add_meta_procedure(realm, "wamp.registration.remove_callee",
                     [&realm](const Call& call) { return remove_callee(realm, call); });
}

}  // namespace tws::wamp
