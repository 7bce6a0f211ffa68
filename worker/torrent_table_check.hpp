// Whether a list of torrents in table format is what a daemon gives. What is published of it goes to pages that rely on
// the types of Transmission, and by hash.
#pragma once

#include <optional>
#include <string>

#include "support/json.hpp"

namespace tws::worker {

// What is wrong with it, for people, or nothing. Fields that the list does not have may be anything.
std::optional<std::string> fault_in_table(const json_t* rows);

}  // namespace tws::worker
