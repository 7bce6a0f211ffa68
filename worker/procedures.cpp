#include "worker/procedures.hpp"

#include <algorithm>
#include <string>

#include "wire/error_uris.hpp"
#include "worker/json_checks.hpp"
#include "worker/session_fields.hpp"

namespace tws::worker {

namespace {

constexpr std::size_t kMaxShownName = 100;
// Of one torrent.get with more than fields of the list: files, peers, pieces, … of a single torrent may take megabytes.
constexpr std::size_t kMaxDetailed = 1000;

constexpr Argument kIds{"ids", check_ids, true};

constexpr Argument kIdsOnly[] = {kIds};

constexpr Argument kTorrentAdd[] = {
    {"bandwidthPriority", check_priority},
    {"cookies", check_text},
    {"download-dir", check_directory},
    {"filename", check_torrent_url},
    {"files-unwanted", check_indices},
    {"files-wanted", check_indices},
    {"labels", check_labels},  // with 3.00, see worker/several_requests.hpp
    {"metainfo", check_base64},
    {"paused", check_boolean},
    {"peer-limit", check_peer_limit},
    {"priority-high", check_indices},
    {"priority-low", check_indices},
    {"priority-normal", check_indices},
    {"sequentialDownload", check_boolean, false, kRpcVersion41},
    {"sequentialDownloadFromPiece", check_count, false, kRpcVersion41},
};

constexpr Argument kTorrentSet[] = {
    kIds,
    {"bandwidthPriority", check_priority},
    {"downloadLimit", check_speed},
    {"downloadLimited", check_boolean},
    {"files-unwanted", check_indices},
    {"files-wanted", check_indices},
    {"group", check_text_or_nothing, false, kRpcVersion40},
    {"honorsSessionLimits", check_boolean},
    {"labels", check_labels},
    {"peer-limit", check_peer_limit},
    {"priority-high", check_indices},
    {"priority-low", check_indices},
    {"priority-normal", check_indices},
    {"queuePosition", check_count},
    {"seedIdleLimit", check_minutes},
    {"seedIdleMode", check_mode},
    {"seedRatioLimit", check_number},
    {"seedRatioMode", check_mode},
    {"sequentialDownload", check_boolean, false, kRpcVersion41},
    {"sequentialDownloadFromPiece", check_count, false, kRpcVersion41},
    {"trackerAdd", check_texts},
    {"trackerList", check_tracker_list},  // with 3.00, see worker/several_requests.hpp
    {"trackerRemove", check_indices},
    {"trackerReplace", check_tracker_changes},
    {"uploadLimit", check_speed},
    {"uploadLimited", check_boolean},
};

constexpr Argument kTorrentGet[] = {kIds, {"fields", check_torrent_fields, true}};
constexpr Argument kTorrentRemove[] = {kIds, {"delete-local-data", check_boolean}};
constexpr Argument kSetLocation[] = {kIds, {"location", check_directory, true}, {"move", check_boolean}};
constexpr Argument kRenamePath[] = {
    {"ids", check_one_id, true}, {"path", check_file_path, true}, {"name", check_file_name, true}};

constexpr Argument kSessionGet[] = {{"fields", check_session_fields}};

constexpr Argument kSessionSet[] = {
    {"alt-speed-down", check_speed},
    {"alt-speed-enabled", check_boolean},
    {"alt-speed-time-begin", check_minute_of_day},
    {"alt-speed-time-day", check_weekdays},
    {"alt-speed-time-enabled", check_boolean},
    {"alt-speed-time-end", check_minute_of_day},
    {"alt-speed-up", check_speed},
    {"anti-brute-force-enabled", check_boolean, false, kRpcVersion40},
    {"anti-brute-force-threshold", check_count, false, kRpcVersion40},
    {"blocklist-enabled", check_boolean},
    {"blocklist-url", check_web_url},
    {"cache-size-mb", check_cache_size},
    {"default-trackers", check_tracker_list, false, kRpcVersion40},
    {"dht-enabled", check_boolean},
    {"download-dir", check_directory},
    {"download-queue-enabled", check_boolean},
    {"download-queue-size", check_count},
    {"encryption", check_encryption},
    {"idle-seeding-limit", check_minutes},
    {"idle-seeding-limit-enabled", check_boolean},
    {"incomplete-dir", check_directory},
    {"incomplete-dir-enabled", check_boolean},
    {"lpd-enabled", check_boolean},
    {"peer-limit-global", check_peer_limit},
    {"peer-limit-per-torrent", check_peer_limit},
    {"peer-port", check_port},
    {"peer-port-random-on-start", check_boolean},
    {"pex-enabled", check_boolean},
    {"port-forwarding-enabled", check_boolean},
    {"preferred-transports", check_transports, false, kRpcVersion41},
    {"queue-stalled-enabled", check_boolean},
    {"queue-stalled-minutes", check_minutes},
    {"rename-partial-files", check_boolean},
    {"reqq", check_count, false, kRpcVersion41},
    {"seed-queue-enabled", check_boolean},
    {"seed-queue-size", check_count},
    {"seedRatioLimit", check_number},
    {"seedRatioLimited", check_boolean},
    {"sequential-download", check_boolean, false, kRpcVersion41},
    {"speed-limit-down", check_speed},
    {"speed-limit-down-enabled", check_boolean},
    {"speed-limit-up", check_speed},
    {"speed-limit-up-enabled", check_boolean},
    {"start-added-torrents", check_boolean},
    {"trash-original-torrent-files", check_boolean},
    {"utp-enabled", check_boolean},
};

constexpr Argument kFreeSpace[] = {{"path", check_directory, true}};
constexpr Argument kPortTest[] = {{"ip-protocol", check_ip_protocol, false, kRpcVersion41}};
constexpr Argument kGroupGet[] = {{"group", check_text_or_texts}};
constexpr Argument kGroupSet[] = {
    {"name", check_text, true},        {"honorsSessionLimits", check_boolean},
    {"speed-limit-down", check_speed}, {"speed-limit-down-enabled", check_boolean},
    {"speed-limit-up", check_speed},   {"speed-limit-up-enabled", check_boolean},
};

constexpr Procedure kProcedures[] = {
    {.name = "torrent.add", .method = "torrent-add", .arguments = kTorrentAdd, .effect = Effect::kAddition},
    {.name = "torrent.start", .method = "torrent-start", .arguments = kIdsOnly, .effect = Effect::kTorrents},
    {.name = "torrent.start_now", .method = "torrent-start-now", .arguments = kIdsOnly, .effect = Effect::kTorrents},
    {.name = "torrent.stop", .method = "torrent-stop", .arguments = kIdsOnly, .effect = Effect::kTorrents},
    {.name = "torrent.verify", .method = "torrent-verify", .arguments = kIdsOnly, .effect = Effect::kTorrents},
    {.name = "torrent.reannounce", .method = "torrent-reannounce", .arguments = kIdsOnly, .effect = Effect::kTorrents},
    {.name = "torrent.set", .method = "torrent-set", .arguments = kTorrentSet, .effect = Effect::kTorrents},
    {.name = "torrent.remove", .method = "torrent-remove", .arguments = kTorrentRemove, .effect = Effect::kRemoval},
    {.name = "torrent.set_location",
     .method = "torrent-set-location",
     .arguments = kSetLocation,
     .effect = Effect::kTorrents},
    {.name = "torrent.rename_path",
     .method = "torrent-rename-path",
     .arguments = kRenamePath,
     .effect = Effect::kTorrents},
    {.name = "torrent.queue_top", .method = "queue-move-top", .arguments = kIdsOnly, .effect = Effect::kTorrents},
    {.name = "torrent.queue_up", .method = "queue-move-up", .arguments = kIdsOnly, .effect = Effect::kTorrents},
    {.name = "torrent.queue_down", .method = "queue-move-down", .arguments = kIdsOnly, .effect = Effect::kTorrents},
    {.name = "torrent.queue_bottom", .method = "queue-move-bottom", .arguments = kIdsOnly, .effect = Effect::kTorrents},
    {.name = "torrent.get", .method = "torrent-get", .arguments = kTorrentGet, .reads_only = true},
    {.name = "session.get", .method = "session-get", .arguments = kSessionGet, .reads_only = true},
    {.name = "session.set",
     .method = "session-set",
     .arguments = kSessionSet,
     .effect = Effect::kSettings,
     .admin_only = true},
    {.name = "session.stats", .method = "session-stats", .arguments = {}, .reads_only = true},
    {.name = "session.close", .method = "session-close", .arguments = {}, .admin_only = true},
    {.name = "free_space", .method = "free-space", .arguments = kFreeSpace, .reads_only = true},
    {.name = "port_test", .method = "port-test", .arguments = kPortTest, .reads_only = true, .late = true},
    {.name = "blocklist_update",
     .method = "blocklist-update",
     .arguments = {},
     .effect = Effect::kSettings,
     .admin_only = true,
     .late = true},
    {.name = "group.get",
     .method = "group-get",
     .arguments = kGroupGet,
     .reads_only = true,
     .rpc_version = kRpcVersion40},
    {.name = "group.set", .method = "group-set", .arguments = kGroupSet, .rpc_version = kRpcVersion40},
};

Error invalid(const std::string& message) { return {message, error_uri::kInvalidArgument}; }

bool has_detail_field(const json_t* fields) {
  return !is_list_of(fields, [](const json_t* name) { return find_daemon_field(string_of(name)).has_value(); });
}

}  // namespace

const Procedure* find_procedure(std::string_view name) {
  const auto* const found = std::find_if(std::begin(kProcedures), std::end(kProcedures),
                                         [name](const Procedure& procedure) { return procedure.name == name; });
  return found == std::end(kProcedures) ? nullptr : found;
}

Result<Json> check_arguments(const Procedure& procedure, const json_t* arguments, const DownloadRoots& roots) {
  if (!json_is_object(arguments)) {
    return invalid("the arguments must be an object");
  }
  Json checked(json_object());
  const char* name = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(arguments), name, value) {
    const auto argument = std::find_if(procedure.arguments.begin(), procedure.arguments.end(),
                                       [name](const Argument& known) { return std::string_view(known.name) == name; });
    if (argument == procedure.arguments.end()) {
      const bool printable = std::string_view(name).size() <= kMaxShownName;
      return invalid(std::string(procedure.name) + " has no such argument" +
                     (printable ? std::string(": ") + name : ""));
    }
    auto result = argument->check(value, roots);
    if (!result) {
      return invalid(std::string("argument ") + name + ' ' + result.error().message);
    }
    json_object_set_new(checked.get(), name, result->release());
  }
  for (const Argument& argument : procedure.arguments) {
    if (argument.required && json_object_get(checked.get(), argument.name) == nullptr) {
      return invalid(std::string("argument ") + argument.name + " is missing");
    }
  }
  if (const json_t* fields = json_object_get(checked.get(), "fields");
      fields != nullptr && json_array_size(json_object_get(checked.get(), "ids")) > kMaxDetailed &&
      has_detail_field(fields)) {
    return invalid("argument ids must name at most 1000 torrents if fields names more than the list's");
  }
  const auto has = [&checked](const char* argument) { return json_object_get(checked.get(), argument) != nullptr; };
  if (procedure.effect == Effect::kAddition && has("filename") == has("metainfo")) {
    return invalid("give either filename or metainfo");
  }
  if (has("trackerList") && (has("trackerAdd") || has("trackerRemove") || has("trackerReplace"))) {
    return invalid("give either trackerList or changes to the trackers");
  }
  return checked;
}

Status check_rpc_version(const Procedure& procedure, const json_t* arguments, int rpc_version) {
  const auto need = [rpc_version](int needed, const std::string& what) -> Status {
    if (rpc_version >= needed) {
      return Done{};
    }
    return Error{what + " needs transmission-daemon " + release_of(needed) + " or newer", error_uri::kNotSupported};
  };
  if (auto known = need(procedure.rpc_version, std::string(procedure.name)); !known) {
    return known;
  }
  for (const Argument& argument : procedure.arguments) {
    if (json_object_get(arguments, argument.name) != nullptr) {
      if (auto known = need(argument.rpc_version, std::string("argument ") + argument.name); !known) {
        return known;
      }
    }
  }
  const auto version_of_field = procedure.name == "session.get" ? session_field_rpc_version : field_rpc_version;
  std::size_t index = 0;
  const json_t* field = nullptr;
  json_array_foreach(json_object_get(arguments, "fields"), index, field) {
    const std::string name(string_of(field));
    if (auto known = need(version_of_field(name).value_or(kOldestRpcVersion), "field " + name); !known) {
      return known;
    }
  }
  return Done{};
}

bool is_late(const Procedure& procedure, const json_t* arguments) {
  const auto filename = string_member(arguments, "filename");
  return procedure.late || (filename && filename->starts_with("http"));
}

}  // namespace tws::worker
