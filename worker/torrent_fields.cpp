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

Json names(std::size_t count) {
  Json list(json_array());
  for (std::size_t i = 0; i < count; ++i) {
    json_array_append_new(list.get(), json_string(kListFields[i]));
  }
  return list;
}

}  // namespace

std::optional<std::size_t> find_list_field(std::string_view name) {
  const auto* const found = std::find(kListFields.begin(), kListFields.end(), name);
  if (found == kListFields.end()) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - kListFields.begin());
}

Json live_field_names() { return names(kLiveFieldCount); }

Json list_field_names() { return names(kListFieldCount); }

std::optional<int> field_rpc_version(std::string_view name) {
  const auto is_name = [name](const char* field) { return name == field; };
  if (find_list_field(name) || std::any_of(std::begin(kDetailFields), std::end(kDetailFields), is_name)) {
    return kOldestRpcVersion;
  }
  if (std::any_of(std::begin(kFieldsSince40), std::end(kFieldsSince40), is_name)) {
    return kRpcVersion40;
  }
  if (std::any_of(std::begin(kFieldsSince41), std::end(kFieldsSince41), is_name)) {
    return kRpcVersion41;
  }
  return std::nullopt;
}

}  // namespace tws::worker
