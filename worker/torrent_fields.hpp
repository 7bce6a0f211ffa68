// The fields of Transmission's torrent-get: which the list shows, how often it asks for them, and since
// which RPC version they exist. A daemon gives 0 for a field that it does not know, so ask for none of those.
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
// each poll; the rest changes by commands, or with a telltale one of these.
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
};
inline constexpr std::size_t kListFieldCount = kListFields.size();
inline constexpr std::size_t kLiveFieldCount = 22;
inline constexpr std::size_t kHashField = 0;
inline constexpr std::size_t kIdField = 1;
static_assert(std::string_view(kListFields[kLiveFieldCount]) == "name");

constexpr std::optional<std::size_t> find_list_field(std::string_view name) {
  const auto* const found = std::find(kListFields.begin(), kListFields.end(), name);
  return found == kListFields.end() ? std::nullopt
                                    : std::optional(static_cast<std::size_t>(found - kListFields.begin()));
}

// The same of a name in the code, while it is compiled.
consteval std::size_t list_field(std::string_view name) { return find_list_field(name).value(); }

// Live fields that change together with others that are not: errorString with `error`, doneDate with `status`, name and
// size with the metadata of a magnet link.
inline constexpr std::array kTelltaleFields = {list_field("status"), list_field("error"),
                                               list_field("metadataPercentComplete")};

// The names as a JSON array: the live ones, or all of the list.
Json live_field_names();
Json list_field_names();
// All that there is to tell of a single torrent with a daemon of this RPC version, but `files`.
Json detail_field_names(int rpc_version);

// The first RPC version with this field, or nothing if torrent.get must not give it: there is no such
// field, or it shows the daemon's own files (torrentFile).
std::optional<int> field_rpc_version(std::string_view name);

}  // namespace tws::worker
