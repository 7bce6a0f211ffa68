// The settings of Transmission's session-get and session-set that users may see or change. Neither has
// script-torrent-* (they run programs); nobody sees config-dir, session-id (it admits requests), or
// blocklist-url and default-trackers (they may carry credentials and passkeys).
#pragma once

#include <optional>
#include <string_view>

#include "support/json.hpp"

namespace tws::worker {

// The first RPC version with this field, or nothing if users must not see it or there is none.
std::optional<int> session_field_rpc_version(std::string_view name);

// All visible ones, as a JSON array of names. A daemon passes over those that it does not know.
Json session_field_names();

// A copy of `settings` with the visible ones alone.
Json visible_session_fields(const json_t* settings);

}  // namespace tws::worker
