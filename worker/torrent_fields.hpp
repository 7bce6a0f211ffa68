// The fields of the list: those of Transmission's torrent-get, how often it is asked for them, and since which RPC
// version they exist; and one that is not the daemon's. A daemon gives 0 for a field that it does not know, so ask for
// none of those.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "support/json.hpp"
#include "worker/rpc_versions.hpp"

namespace tws::worker {

// The fields of the list. Those up to kLiveFieldCount change while a torrent is active and are asked for with
// each poll; the rest changes by commands, or with a telltale one of these. Those from kDaemonFieldCount on are the
// module's own.
inline constexpr std::array kListFields = {
    "hashString",
    "id",
    "status",
    "error",
    "rateDownload",
    "rateUpload",
    "percentDone",
    "leftUntilDone",
    "sizeWhenDone",
    "uploadedEver",
    "downloadedEver",
    "uploadRatio",
    "eta",
    "peersConnected",
    "peersSendingToUs",
    "peersGettingFromUs",
    "queuePosition",
    "recheckProgress",
    "metadataPercentComplete",
    "isStalled",
    "isFinished",
    "activityDate",
    // not live
    "name",
    "labels",
    "downloadDir",
    "addedDate",
    "doneDate",
    "totalSize",
    "isPrivate",
    "errorString",
    "bandwidthPriority",
    "downloadLimit",
    "downloadLimited",
    "uploadLimit",
    "uploadLimited",
    "honorsSessionLimits",
    "peer-limit",
    "seedRatioLimit",
    "seedRatioMode",
    "seedIdleLimit",
    "seedIdleMode",
    "trackers",
    // not the daemon's
    "owner",
};
inline constexpr std::size_t kListFieldCount = kListFields.size();
inline constexpr std::size_t kLiveFieldCount = 22;
inline constexpr std::size_t kDaemonFieldCount = kListFieldCount - 1;
inline constexpr std::size_t kHashField = 0;
inline constexpr std::size_t kIdField = 1;
inline constexpr std::size_t kOwnerField = kDaemonFieldCount;
static_assert(std::string_view(kListFields[kLiveFieldCount]) == "name");
static_assert(std::string_view(kListFields[kOwnerField]) == "owner");

constexpr std::optional<std::size_t> find_list_field(std::string_view name) {
  const auto* const found = std::find(kListFields.begin(), kListFields.end(), name);
  return found == kListFields.end() ? std::nullopt
                                    : std::optional(static_cast<std::size_t>(found - kListFields.begin()));
}

// The same, where the daemon is the one who gives it.
constexpr std::optional<std::size_t> find_daemon_field(std::string_view name) {
  const auto found = find_list_field(name);
  return found && *found < kDaemonFieldCount ? found : std::nullopt;
}

// The field of a name in the code, while it is compiled.
consteval std::size_t list_field(std::string_view name) { return find_list_field(name).value(); }

// Live fields that change together with others that are not: errorString with `error`, doneDate with `status`, name and
// size with the metadata of a magnet link.
inline constexpr std::array kTelltaleFields = {list_field("status"), list_field("error"),
                                               list_field("metadataPercentComplete")};

// The names as a JSON array: the live ones, or all of the list that the daemon gives.
Json live_field_names();
Json list_field_names();
// All that there is to tell of a single torrent with a daemon of this RPC version, but `files`.
Json detail_field_names(int rpc_version);

// The first RPC version with this field, or nothing if torrent.get must not give it: there is no such
// field, or it shows the daemon's own files (torrentFile).
std::optional<int> field_rpc_version(std::string_view name);

}  // namespace tws::worker
