// Policy: what a session may do with the realm's topics and procedures, of TorrentWsAllow (docs/directives.md, Roles
// and patterns). Event-loop thread only; it has nothing to do with the server's own names (wire/reserved_names.hpp).
#pragma once

#include <string_view>
#include <vector>

#include "wire/permission.hpp"

namespace tws::wamp {

enum class Action { kSubscribe, kPublish, kCall, kRegister };

class Policy {
 public:
  // Without permissions nobody may do anything.
  Policy() = default;
  explicit Policy(std::vector<Permission> permissions) : permissions_(std::move(permissions)) {}

  // Whether one permission covers all that is asked: a URI, or a pattern of SUBSCRIBE or REGISTER. `role` is the
  // session's (kAnonymousRole, …), `user` its user id, empty where nobody has signed in. Allocates nothing.
  [[nodiscard]] bool allows(Action action, std::string_view role, std::string_view user, const UriPattern& asked) const;

  // Whether there is anything to be done without signing in.
  [[nodiscard]] bool any_for_anonymous() const;

 private:
  std::vector<Permission> permissions_;
};

}  // namespace tws::wamp
