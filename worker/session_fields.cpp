#include "worker/session_fields.hpp"

#include <algorithm>

namespace tws::worker {

namespace {

constexpr const char* kVisible[] = {
    "alt-speed-down",
    "alt-speed-enabled",
    "alt-speed-time-begin",
    "alt-speed-time-day",
    "alt-speed-time-enabled",
    "alt-speed-time-end",
    "alt-speed-up",
    "blocklist-enabled",
    "blocklist-size",
    "cache-size-mb",
    "dht-enabled",
    "download-dir",
    "download-dir-free-space",
    "download-queue-enabled",
    "download-queue-size",
    "encryption",
    "idle-seeding-limit",
    "idle-seeding-limit-enabled",
    "incomplete-dir",
    "incomplete-dir-enabled",
    "lpd-enabled",
    "peer-limit-global",
    "peer-limit-per-torrent",
    "peer-port",
    "peer-port-random-on-start",
    "pex-enabled",
    "port-forwarding-enabled",
    "queue-stalled-enabled",
    "queue-stalled-minutes",
    "rename-partial-files",
    "rpc-version",
    "rpc-version-minimum",
    "seed-queue-enabled",
    "seed-queue-size",
    "seedRatioLimit",
    "seedRatioLimited",
    "speed-limit-down",
    "speed-limit-down-enabled",
    "speed-limit-up",
    "speed-limit-up-enabled",
    "start-added-torrents",
    "trash-original-torrent-files",
    "units",
    "utp-enabled",
    "version",
};

}  // namespace

bool is_visible_session_field(std::string_view name) {
  return std::find(std::begin(kVisible), std::end(kVisible), name) != std::end(kVisible);
}

Json session_field_names() {
  Json names(json_array());
  for (const char* name : kVisible) {
    json_array_append_new(names.get(), json_string(name));
  }
  return names;
}

Json visible_session_fields(const json_t* settings) {
  Json visible(json_object());
  for (const char* name : kVisible) {
    if (json_t* value = json_object_get(settings, name)) {
      json_object_set(visible.get(), name, value);
    }
  }
  return visible;
}

}  // namespace tws::worker
