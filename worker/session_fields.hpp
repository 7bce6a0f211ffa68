// The settings of Transmission's session-get and session-set that users may see or change. Neither has
// script-torrent-* (they run programs); nobody sees config-dir, session-id (it admits requests), or
// blocklist-url (it may carry credentials).
#pragma once

#include <string_view>

#include "support/json.hpp"

namespace tws::worker {

bool is_visible_session_field(std::string_view name);

// All visible ones, as a JSON array of names.
Json session_field_names();

// A copy of `settings` with the visible ones alone.
Json visible_session_fields(const json_t* settings);

}  // namespace tws::worker
