#include "worker/torrent_fields.hpp"

#include <algorithm>

namespace tws::worker {

namespace {

// What torrent.get gives beyond the fields of the list.
constexpr const char* kDetailFields[] = {
    "comment",
    "corruptEver",
    "creator",
    "dateCreated",
    "desiredAvailable",
    "editDate",
    "etaIdle",
    "files",
    "fileStats",
    "haveUnchecked",
    "haveValid",
    "magnetLink",
    "manualAnnounceTime",
    "maxConnectedPeers",
    "peers",
    "peersFrom",
    "pieces",
    "pieceCount",
    "pieceSize",
    "priorities",
    "secondsDownloading",
    "secondsSeeding",
    "startDate",
    "trackerStats",
    "wanted",
    "webseeds",
    "webseedsSendingToUs",
};
constexpr const char* kFieldsSince40[] = {"availability",      "file-count", "group",      "percentComplete",
                                          "primary-mime-type", "source",     "trackerList"};
constexpr const char* kFieldsSince41[] = {"bytesCompleted", "sequentialDownload", "sequentialDownloadFromPiece"};

// What says again in other words what `files`, `fileStats` and `trackerStats` say.
constexpr const char* kRepeatedFields[] = {"files", "priorities", "trackers", "wanted"};

template <std::size_t count>
bool is_one_of(const char* const (&fields)[count], std::string_view name) {
  return std::find(std::begin(fields), std::end(fields), name) != std::end(fields);
}

Json names(std::size_t count) {
  Json list(json_array());
  for (std::size_t i = 0; i < count; ++i) {
    json_array_append_new(list.get(), json_string(kListFields[i]));
  }
  return list;
}

}  // namespace

Json live_field_names() { return names(kLiveFieldCount); }

Json list_field_names() { return names(kDaemonFieldCount); }

Json detail_field_names(int rpc_version) {
  Json list(json_array());
  const auto append = [&list](const char* name) {
    if (!is_one_of(kRepeatedFields, name)) {
      json_array_append_new(list.get(), json_string(name));
    }
  };
  std::for_each(kListFields.begin(), kListFields.begin() + kDaemonFieldCount, append);
  std::for_each(std::begin(kDetailFields), std::end(kDetailFields), append);
  if (rpc_version >= kRpcVersion40) {
    std::for_each(std::begin(kFieldsSince40), std::end(kFieldsSince40), append);
  }
  return list;
}

std::optional<int> field_rpc_version(std::string_view name) {
  if (find_daemon_field(name) || is_one_of(kDetailFields, name)) {
    return kOldestRpcVersion;
  }
  if (is_one_of(kFieldsSince40, name)) {
    return kRpcVersion40;
  }
  if (is_one_of(kFieldsSince41, name)) {
    return kRpcVersion41;
  }
  return std::nullopt;
}

}  // namespace tws::worker
