#include "apache/wamp_directives.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "apache/directive_values.hpp"
#include "wire/permission.hpp"
#include "wire/reserved_names.hpp"

namespace tws::apache {

namespace {

constexpr std::size_t kMostEvents = 10'000;

const char* set_action(const cmd_parms* cmd, std::string_view action, Permission& permission) {
  const bool all = action == "all";
  if (!all && action != "subscribe" && action != "publish" && action != "call" && action != "register") {
    return complain(cmd, "unknown action \"" + std::string(action) +
                             "\"; give subscribe, publish, call and register with commas between them, or all");
  }
  permission.subscribe |= all || action == "subscribe";
  permission.publish |= all || action == "publish";
  permission.call |= all || action == "call";
  permission.register_procedures |= all || action == "register";
  return nullptr;
}

const char* set_actions(const cmd_parms* cmd, std::string_view actions, Permission& permission) {
  for (std::size_t begin = 0, end = 0; end != std::string_view::npos; begin = end + 1) {
    end = actions.find(',', begin);
    if (const char* problem = set_action(cmd, actions.substr(begin, end - begin), permission)) {
      return problem;
    }
  }
  return nullptr;
}

const char* set_permission_option(const cmd_parms* cmd, std::string_view option, Permission& permission) {
  const std::string_view name = option.substr(0, option.find('='));
  const std::string_view value = option.substr(std::min(option.size(), name.size() + 1));
  if (name == "role") {
    if (value != kAnonymousRole && value != kUserRole && value != kAdminRole && value != kPublisherRole) {
      return complain(cmd,
                      "unknown role \"" + std::string(value) + "\"; known are anonymous, user, admin and publisher");
    }
    permission.role = value;
    return nullptr;
  }
  if (name == "user" && !value.empty()) {
    permission.user = value;
    return nullptr;
  }
  return complain(cmd, "unknown option \"" + std::string(option) + "\"; known are role= and user=, with a value");
}

const char* check_permission(const cmd_parms* cmd, const Permission& permission) {
  if (permission.role == kAnonymousRole && !permission.user.empty()) {
    return complain(cmd, "who is anonymous has no user id; leave out role=anonymous or user=");
  }
  if (permission.role == kPublisherRole &&
      (permission.subscribe || permission.call || permission.register_procedures)) {
    return complain(cmd, "role=publisher can do nothing but publish; give publish alone, or another role");
  }
  if ((permission.publish || permission.register_procedures) && has_only_reserved(permission.pattern)) {
    return complain(cmd,
                    "the server's own names and wamp.* are not for clients to publish to or to register; name others, "
                    "or allow subscribe and call only");
  }
  return nullptr;
}

}  // namespace

const char* add_permission(cmd_parms* cmd, void* /*directory*/, int argc, char* const argv[]) {
  Configuration* configuration = nullptr;
  if (const char* misplaced = server_wide(cmd, configuration)) {
    return misplaced;
  }
  if (argc < 2) {
    return complain(cmd, "needs actions and a URI pattern, such as: TorrentWsAllow subscribe,publish com.example.*");
  }
  Permission permission;
  const char* problem = set_actions(cmd, argv[0], permission);
  if (problem == nullptr) {
    problem = set_pattern(cmd, argv[1], permission.pattern);
  }
  for (int i = 2; i < argc && problem == nullptr; ++i) {
    problem = set_permission_option(cmd, argv[i], permission);
  }
  if (problem == nullptr) {
    problem = check_permission(cmd, permission);
  }
  if (problem != nullptr) {
    return problem;
  }
  if (configuration->permissions.size() == kMaxPermissions) {
    return complain(cmd, "more than " + std::to_string(kMaxPermissions) + " lines; name several URIs with one pattern");
  }
  configuration->permissions.push_back(std::move(permission));
  return nullptr;
}

const char* add_event_history(cmd_parms* cmd, void* /*directory*/, const char* uris, const char* events) {
  Configuration* configuration = nullptr;
  if (const char* misplaced = server_wide(cmd, configuration)) {
    return misplaced;
  }
  EventHistory history;
  if (const char* problem = set_pattern(cmd, uris, history.pattern)) {
    return problem;
  }
  if (const char* problem = number(cmd, events, std::size_t{1}, kMostEvents, history.events)) {
    return problem;
  }
  const auto same_pattern = [&history](const EventHistory& other) { return other.pattern == history.pattern; };
  if (std::any_of(configuration->histories.begin(), configuration->histories.end(), same_pattern)) {
    return complain(cmd, "the pattern \"" + std::string(uris) + "\" is there already; give each once");
  }
  if (configuration->histories.size() == kMaxHistories) {
    return complain(cmd, "more than " + std::to_string(kMaxHistories) + " lines; name several topics with one pattern");
  }
  configuration->histories.push_back(std::move(history));
  return nullptr;
}

}  // namespace tws::apache
