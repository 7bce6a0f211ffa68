#include "wamp/policy.hpp"

#include <algorithm>

namespace tws::wamp {

namespace {

bool is_for_action(const Permission& permission, Action action) {
  switch (action) {
    case Action::kSubscribe:
      return permission.subscribe;
    case Action::kPublish:
      return permission.publish;
    case Action::kCall:
      return permission.call;
    case Action::kRegister:
      return permission.register_procedures;
  }
  return false;
}

bool is_for_session(const Permission& permission, std::string_view role, std::string_view user) {
  if (!permission.user.empty() && permission.user != user) {
    return false;
  }
  if (role == kPublisherRole || permission.role == kPublisherRole) {
    return permission.role == role;
  }
  const bool is_admin = role == kAdminRole;
  const bool has_signed_in = is_admin || role == kUserRole;
  return permission.role == kAnonymousRole || (permission.role == kUserRole && has_signed_in) ||
         (permission.role == kAdminRole && is_admin);
}

}  // namespace

bool Policy::allows(Action action, std::string_view role, std::string_view user, const UriPattern& asked) const {
  return std::any_of(permissions_.begin(), permissions_.end(), [&](const Permission& permission) {
    return is_for_action(permission, action) && is_for_session(permission, role, user) &&
           covers(permission.pattern, asked);
  });
}

bool Policy::any_for_anonymous() const {
  return std::any_of(permissions_.begin(), permissions_.end(), [](const Permission& permission) {
    return permission.role == kAnonymousRole && permission.user.empty();
  });
}

}  // namespace tws::wamp
