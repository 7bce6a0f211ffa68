#include "wamp/meta_api.hpp"

#include "wire/error_uris.hpp"

namespace tws::wamp {

namespace {

Error invalid(std::string message) { return {std::move(message), error_uri::kInvalidArgument}; }

}  // namespace

void add_meta_api(Realm& realm) {
  add_session_meta_api(realm);
  add_subscription_meta_api(realm);
  add_registration_meta_api(realm);
}

void add_meta_procedure(Realm& realm, const char* name, MetaProcedure procedure) {
  realm.dealer().add_server_procedure(name, [&realm, procedure = std::move(procedure)](const Call& call) {
    auto result = procedure(call);
    realm.dealer().answer(call.session, call.request,
                          result ? Answer(args_payload(Value::array({std::move(*result)}))) : Answer(result.error()));
  });
}

const Value* argument(const Call& call, std::size_t index) {
  return index < call.args.size() ? &call.args[index] : nullptr;
}

Result<Id> id_argument(const Call& call, std::size_t index, const char* name) {
  const Value* value = argument(call, index);
  const auto id = value != nullptr ? to_id(*value) : std::nullopt;
  return id ? Result<Id>(*id) : invalid(std::string(name) + " is an id, argument " + std::to_string(index + 1));
}

Result<std::string> text_argument(const Call& call, std::size_t index, const char* name) {
  const Value* value = argument(call, index);
  return value != nullptr && value->is_string()
             ? Result<std::string>(value->get<std::string>())
             : invalid(std::string(name) + " is a string, argument " + std::to_string(index + 1));
}

Result<UriPattern> pattern_argument(const Call& call) {
  const auto uri = text_argument(call, 0, "the URI");
  if (!uri) {
    return uri.error();
  }
  const Value* options = argument(call, 1);
  const auto match = match_of(options != nullptr ? text_member(*options, "match").value_or("exact") : "exact");
  return match ? Result<UriPattern>(UriPattern{*uri, *match}) : invalid("match is exact, prefix or wildcard");
}

}  // namespace tws::wamp
