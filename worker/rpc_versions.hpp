// The versions of Transmission's RPC that differ in what they know.
#pragma once

#include <algorithm>
#include <charconv>
#include <string_view>

namespace tws::worker {

inline constexpr int kOldestRpcVersion = 16;  // transmission-daemon 3.00, the first with "format": "table"
inline constexpr int kRpcVersion40 = 17;
inline constexpr int kRpcVersion41 = 18;  // the first with JSON-RPC 2.0 and snake_case

// Whether it is 4.1's RPC or a newer one, by the version that the daemon tells in a header or as rpc-version-semver.
// The number alone does not say: the first betas of 4.1 have 18 too, and speak as 4.0 does.
inline bool is_since_41(std::string_view semver) {
  constexpr int kMajor = 6;
  int version_major = 0;
  std::from_chars(semver.data(), semver.data() + semver.size(), version_major);
  return version_major >= kMajor;
}

// The newest of the versions above that a daemon knows, from what it tells as rpc-version and rpc-version-semver.
inline int known_rpc_version(int rpc_version, std::string_view semver) {
  return is_since_41(semver) ? kRpcVersion41 : std::min(rpc_version, kRpcVersion40);
}

// The release of transmission-daemon that it came with.
inline const char* release_of(int rpc_version) {
  return rpc_version >= kRpcVersion41 ? "4.1" : rpc_version == kRpcVersion40 ? "4.0" : "3.00";
}

}  // namespace tws::worker
