// The worker's log codes; docs/errors.md gives cause, outcome and action of each.
#pragma once

namespace tws::worker::log_code {

inline constexpr const char* kProtocol = "TWS0301";       // the loop broke the worker protocol: the worker leaves
inline constexpr const char* kConfiguration = "TWS0302";  // unusable configuration: the worker leaves
inline constexpr const char* kDatabase = "TWS0303";       // the token database failed: a sign-in was refused
inline constexpr const char* kDaemonDown = "TWS0304";     // a daemon cannot be used, and why
inline constexpr const char* kDaemonUp = "TWS0305";       // it answers again
inline constexpr const char* kPreference = "TWS0307";     // a preference in the database is not JSON: left out
inline constexpr const char* kOwners = "TWS0308";         // owners of torrents cannot be read or written

}  // namespace tws::worker::log_code
