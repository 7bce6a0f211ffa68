// WAMP's own procedures (wamp-proto, advanced profile: "Session Meta API", "Subscription Meta API", "Registration Meta
// API", "Testament", "Event History"). The events of the same API come from where they happen: session, broker, dealer.
// Event-loop thread only.
#pragma once

#include "wamp/realm.hpp"

namespace tws::wamp {

// Add them to the realm's dealer, as procedures of the server. The realm outlives its procedures.
void add_meta_api(Realm& realm);
void add_session_meta_api(Realm& realm);
void add_subscription_meta_api(Realm& realm);
void add_registration_meta_api(Realm& realm);

// What a procedure of the meta API does: a result, or an error for the caller.
using MetaProcedure = std::function<Result<Value>(const Call&)>;
void add_meta_procedure(Realm& realm, const char* name, MetaProcedure procedure);

// The argument at this place; null where there is none.
const Value* argument(const Call& call, std::size_t index);
Result<Id> id_argument(const Call& call, std::size_t index, const char* name);
Result<std::string> text_argument(const Call& call, std::size_t index, const char* name);

// {"exact": [ids], "prefix": [ids], "wildcard": [ids]} of entries with an id and a pattern.
template <typename Entries>
Value ids_by_match(const Entries& entries) {
  Value ids = {{"exact", Value::array()}, {"prefix", Value::array()}, {"wildcard", Value::array()}};
  for (const auto* entry : entries) {
    ids[std::string(name_of(entry->pattern.match))].push_back(entry->id);
  }
  return ids;
}

// Of an entry that there may be: null is null.
template <typename Entry>
Value id_or_null(const Entry* entry) {
  return entry != nullptr ? Value(entry->id) : Value();
}

// The pattern that a lookup names: a URI, and {"match": …} behind it.
Result<UriPattern> pattern_argument(const Call& call);

}  // namespace tws::wamp
