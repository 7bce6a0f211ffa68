#include "wamp/features.hpp"

#include <initializer_list>

namespace tws::wamp {

namespace {

Value role(std::initializer_list<const char*> features) {
  Value announced = Value::object();
  for (const char* feature : features) {
    announced[feature] = true;
  }
  return {{"features", std::move(announced)}};
}

}  // namespace

const Value& router_roles() {
  static const Value roles = {
      {"broker", role({"subscriber_blackwhite_listing", "publisher_exclusion", "publisher_identification",
                       "pattern_based_subscription", "event_retention", "event_history", "subscription_revocation",
                       "session_meta_api", "subscription_meta_api", "testament_meta_api"})},
      {"dealer", role({"progressive_call_results", "call_canceling", "call_timeout", "caller_identification",
                       "pattern_based_registration", "shared_registration", "registration_revocation",
                       "session_meta_api", "registration_meta_api", "testament_meta_api"})}};
  return roles;
}

}  // namespace tws::wamp
