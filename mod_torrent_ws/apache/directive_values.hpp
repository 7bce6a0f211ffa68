// What the setters of directives share: each gives nullptr, or the message that configtest shows with file and line.
// The messages live as long as the configuration. httpd's parent only.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "apache/module.hpp"

namespace tws::apache {

// Every error is "<directive>: what is wrong; how to mend it".
const char* complain(const cmd_parms* cmd, std::string_view problem);

// The configuration that a server-wide directive fills, or a message when it is in the wrong place.
const char* server_wide(cmd_parms* cmd, Configuration*& configuration);

// What backends and keys may be called: 1 to 32 letters, digits, - or _.
bool is_name(std::string_view text);

const char* absolute_path(cmd_parms* cmd, const char* argument, std::string& path);

const char* set_pattern(const cmd_parms* cmd, const char* argument, UriPattern& pattern);

const char* duration(const cmd_parms* cmd, const char* argument, std::int64_t least_ms, std::int64_t most_ms,
                     std::int64_t& value_ms);

template <typename Number>
const char* number(const cmd_parms* cmd, const char* argument, Number least, Number most, Number& value) {
  const char* end = argument + std::strlen(argument);
  Number parsed{};
  const auto [stop, error] = std::from_chars(argument, end, parsed);
  if (error != std::errc() || stop != end || parsed < least || parsed > most) {
    return complain(cmd, "\"" + std::string(argument) + "\" is out of range; give a whole number from " +
                             std::to_string(least) + " to " + std::to_string(most));
  }
  value = parsed;
  return nullptr;
}

}  // namespace tws::apache
