#include "worker/daemon_config.hpp"

namespace tws::worker {

namespace {

std::string text(const json_t* object, const char* key) { return std::string(string_member(object, key).value_or("")); }

}  // namespace

Result<DaemonConfig> read_daemon_config(const json_t* configuration) {
  const json_t* daemon = json_object_get(configuration, "daemon");
  DaemonConfig config;
  config.name = text(daemon, "name");
  config.url = text(daemon, "url");
  config.username = text(daemon, "username");
  config.password = text(daemon, "password");
  config.has_credentials = json_object_get(daemon, "username") != nullptr;
  config.key_prefix = text(daemon, "key_prefix");
  config.database = text(configuration, "database");
  config.timeout = Milliseconds(integer_member(daemon, "timeout_ms").value_or(config.timeout.count()));
  config.poll_interval =
      Milliseconds(integer_member(daemon, "poll_interval_ms").value_or(config.poll_interval.count()));
  if (config.name.empty()) {
    return Error{"the configuration names no daemon", {}};
  }
  if (!config.url.starts_with("http://") && !config.url.starts_with("https://")) {
    return Error{"the URL of daemon " + config.name + " must begin with http:// or https://", {}};
  }
  if (config.timeout.count() <= 0 || config.poll_interval.count() <= 0) {
    return Error{"timeout_ms and poll_interval_ms of daemon " + config.name + " must be positive", {}};
  }
  std::size_t index = 0;
  const json_t* root = nullptr;
  json_array_foreach(json_object_get(daemon, "download_roots"), index, root) {
    if (!config.download_roots.add(string_of(root))) {
      return Error{"download root " + std::to_string(index + 1) + " of daemon " + config.name +
                       " must be an absolute path without \"..\"",
                   {}};
    }
  }
  return config;
}

}  // namespace tws::worker
