#include "wire/configuration.hpp"

#include "support/json.hpp"
#include "wire/version.hpp"

namespace tws {

namespace {

// Null when one of them is not UTF-8, and then whatever is packed of it is null as well.
Json strings_to_json(const std::vector<std::string>& strings) {
  Json list(json_array());
  for (const auto& text : strings) {
    if (json_array_append_new(list.get(), json_stringn(text.data(), text.size())) != 0) {
      return {};
    }
  }
  return list;
}

std::vector<std::string> strings_from_json(const json_t* list) {
  std::vector<std::string> strings;
  for (std::size_t i = 0; i < json_array_size(list); ++i) {
    strings.emplace_back(string_of(json_array_get(list, i)));
  }
  return strings;
}

std::size_t size_member(const json_t* object, const char* key) {
  return static_cast<std::size_t>(integer_member(object, key).value_or(0));
}

json_int_t to_integer(std::size_t size) { return static_cast<json_int_t>(size); }

Json daemon_to_json(const DaemonConfiguration& daemon) {
  return Json(json_pack("{ss ss sb sI so}", "name", daemon.name.c_str(), "url", daemon.url.c_str(), "credentials",
                        daemon.credentials_file.empty() ? 0 : 1, "timeout_ms",
                        static_cast<json_int_t>(daemon.timeout_ms), "download_roots",
                        strings_to_json(daemon.download_roots).release()));
}

DaemonConfiguration daemon_from_json(const json_t* object) {
  DaemonConfiguration daemon;
  daemon.name = text_member(object, "name");
  daemon.url = text_member(object, "url");
  daemon.has_credentials = bool_member(object, "credentials");
  daemon.timeout_ms = integer_member(object, "timeout_ms").value_or(0);
  daemon.download_roots = strings_from_json(json_object_get(object, "download_roots"));
  return daemon;
}

}  // namespace

Result<std::string> encode_configuration(const Configuration& configuration) {
  const Error not_utf8{"a value of a TorrentWs directive is not UTF-8; write the configuration in UTF-8", {}};
  Json daemons(json_array());
  for (const auto& daemon : configuration.daemons) {
    if (json_array_append_new(daemons.get(), daemon_to_json(daemon).release()) != 0) {
      return not_utf8;
    }
  }
  const Json message(json_pack(
      "{si ss ss si sO so sI sI sI sI sI sI sI sb sb sI si}", "version", kWireVersion, "programs",
      configuration.programs.c_str(), "database", configuration.database.c_str(), "workers", configuration.workers,
      "daemons", daemons.get(), "admins", strings_to_json(configuration.admins).release(), "poll_interval_ms",
      static_cast<json_int_t>(configuration.poll_interval_ms), "job_timeout_ms",
      static_cast<json_int_t>(configuration.job_timeout_ms), "max_connections",
      to_integer(configuration.max_connections), "max_message_bytes", to_integer(configuration.max_message_bytes),
      "max_queued_bytes", to_integer(configuration.max_queued_bytes), "max_blocking_relays",
      to_integer(configuration.max_blocking_relays), "relay_lifetime_ms",
      static_cast<json_int_t>(configuration.relay_lifetime_ms), "access_log", configuration.has_access_log ? 1 : 0,
      "admin_socket", configuration.has_admin_socket ? 1 : 0, "admin_user",
      static_cast<json_int_t>(configuration.admin_user), "log_level", configuration.log_level));
  if (!message) {
    return not_utf8;
  }
  std::string text = to_text(message.get());
  if (text.size() > kMaxControlMessage) {
    return Error{"the TorrentWs directives are too long together; use fewer backends, roots or admins", {}};
  }
  return text;
}

Result<Configuration> decode_configuration(std::string_view message) {
  const auto parsed = parse_json(message);
  if (!parsed) {
    return parsed.error();
  }
  const json_t* object = parsed->get();
  if (integer_member(object, "version") != kWireVersion) {
    return Error{"configuration of another version of the module", {}};
  }
  Configuration configuration;
  configuration.programs = text_member(object, "programs");
  configuration.database = text_member(object, "database");
  configuration.workers = static_cast<int>(integer_member(object, "workers").value_or(1));
  const json_t* daemons = json_object_get(object, "daemons");
  for (std::size_t i = 0; i < json_array_size(daemons); ++i) {
    configuration.daemons.push_back(daemon_from_json(json_array_get(daemons, i)));
  }
  configuration.admins = strings_from_json(json_object_get(object, "admins"));
  configuration.poll_interval_ms = integer_member(object, "poll_interval_ms").value_or(0);
  configuration.job_timeout_ms = integer_member(object, "job_timeout_ms").value_or(0);
  configuration.max_connections = size_member(object, "max_connections");
  configuration.max_message_bytes = size_member(object, "max_message_bytes");
  configuration.max_queued_bytes = size_member(object, "max_queued_bytes");
  configuration.max_blocking_relays = size_member(object, "max_blocking_relays");
  configuration.relay_lifetime_ms = integer_member(object, "relay_lifetime_ms").value_or(0);
  configuration.has_access_log = bool_member(object, "access_log");
  configuration.has_admin_socket = bool_member(object, "admin_socket");
  configuration.admin_user = integer_member(object, "admin_user").value_or(0);
  configuration.log_level = static_cast<int>(integer_member(object, "log_level").value_or(0));
  return configuration;
}

}  // namespace tws
