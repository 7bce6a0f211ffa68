#include "apache/directive_values.hpp"

#include <apr_lib.h>
#include <apr_strings.h>

#include <algorithm>

namespace tws::apache {

const char* complain(const cmd_parms* cmd, std::string_view problem) {
  const std::string text = std::string(cmd->cmd->name) + ": " + std::string(problem);
  return apr_pstrdup(cmd->pool, text.c_str());
}

const char* server_wide(cmd_parms* cmd, Configuration*& configuration) {
  if (const char* misplaced = ap_check_cmd_context(cmd, GLOBAL_ONLY)) {
    return misplaced;
  }
  configuration = &state_of(cmd->server).configuration;
  return nullptr;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 32 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return apr_isalnum(c) || c == '_' || c == '-'; });
}

const char* absolute_path(cmd_parms* cmd, const char* argument, std::string& path) {
  char* full = ap_server_root_relative(cmd->pool, argument);
  if (full == nullptr) {
    return complain(cmd, "not a path; give an absolute one or one below ServerRoot");
  }
  path = full;
  return nullptr;
}

const char* set_pattern(const cmd_parms* cmd, const char* argument, UriPattern& pattern) {
  auto parsed = parse_uri_pattern(argument);
  if (!parsed) {
    return complain(cmd, parsed.error().message);
  }
  pattern = std::move(*parsed);
  return nullptr;
}

const char* duration(const cmd_parms* cmd, const char* argument, std::int64_t least_ms, std::int64_t most_ms,
                     std::int64_t& value_ms) {
  apr_interval_time_t parsed = 0;
  const bool ok = ap_timeout_parameter_parse(argument, &parsed, "s") == APR_SUCCESS;
  const std::int64_t ms = parsed / 1000;
  if (!ok || ms < least_ms || ms > most_ms) {
    return complain(cmd, "\"" + std::string(argument) + "\" is out of range; give a time from " +
                             std::to_string(least_ms) + "ms to " + std::to_string(most_ms) + "ms, such as 1s or 500ms");
  }
  value_ms = ms;
  return nullptr;
}

}  // namespace tws::apache
