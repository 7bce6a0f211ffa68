// How torrent-wsctl prints what it was answered: for people and shell scripts, tab-separated.
#pragma once

#include <string>

#include "support/json.hpp"

namespace tws {

// A line for each value: its name, with dots where objects are inside each other, a tab, the value. What stands in a
// list has commas between.
std::string to_rows(const json_t* object);

// JSON in one line, of ASCII alone: what stands in it may be a stranger's, and a terminal acts on some characters.
std::string to_line(const json_t* value);

// A heading and a line for each session.
std::string to_table(const json_t* sessions);

}  // namespace tws
