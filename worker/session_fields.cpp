#include "worker/session_fields.hpp"

#include <algorithm>

#include "worker/rpc_versions.hpp"

namespace tws::worker {

namespace {

struct Field {
  const char* name;
  int rpc_version = kOldestRpcVersion;
};

constexpr Field kVisible[] = {
    {"alt-speed-down"},
    {"alt-speed-enabled"},
    {"alt-speed-time-begin"},
    {"alt-speed-time-day"},
    {"alt-speed-time-enabled"},
    {"alt-speed-time-end"},
    {"alt-speed-up"},
    {"anti-brute-force-enabled", kRpcVersion40},
    {"anti-brute-force-threshold", kRpcVersion40},
    {"blocklist-enabled"},
    {"blocklist-size"},
    {"cache-size-mb"},
    {"dht-enabled"},
    {"download-dir"},
    {"download-dir-free-space"},
    {"download-queue-enabled"},
    {"download-queue-size"},
    {"encryption"},
    {"idle-seeding-limit"},
    {"idle-seeding-limit-enabled"},
    {"incomplete-dir"},
    {"incomplete-dir-enabled"},
    {"lpd-enabled"},
    {"peer-limit-global"},
    {"peer-limit-per-torrent"},
    {"peer-port"},
    {"peer-port-random-on-start"},
    {"pex-enabled"},
    {"port-forwarding-enabled"},
    {"preferred-transports", kRpcVersion41},
    {"queue-stalled-enabled"},
    {"queue-stalled-minutes"},
    {"rename-partial-files"},
    {"reqq", kRpcVersion41},
    {"rpc-version"},
    {"rpc-version-minimum"},
    {"rpc-version-semver", kRpcVersion40},
    {"seed-queue-enabled"},
    {"seed-queue-size"},
    {"seedRatioLimit"},
    {"seedRatioLimited"},
    {"sequential-download", kRpcVersion41},
    {"speed-limit-down"},
    {"speed-limit-down-enabled"},
    {"speed-limit-up"},
    {"speed-limit-up-enabled"},
    {"start-added-torrents"},
    {"tcp-enabled", kRpcVersion40},
    {"trash-original-torrent-files"},
    {"units"},
    {"utp-enabled"},
    {"version"},
};

}  // namespace

std::optional<int> session_field_rpc_version(std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(kVisible), std::end(kVisible), [name](const Field& field) { return field.name == name; });
  return found == std::end(kVisible) ? std::nullopt : std::optional<int>(found->rpc_version);
}

Json session_field_names() {
  Json names(json_array());
  for (const Field& field : kVisible) {
    json_array_append_new(names.get(), json_string(field.name));
  }
  return names;
}

Json visible_session_fields(const json_t* settings) {
  Json visible(json_object());
  for (const Field& field : kVisible) {
    if (json_t* value = json_object_get(settings, field.name)) {
      json_object_set(visible.get(), field.name, value);
    }
  }
  return visible;
}

}  // namespace tws::worker
