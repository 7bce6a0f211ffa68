#include "wire/configuration.hpp"

#include <type_traits>

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

// Calls `visit(name, member)` for each number; the names are those of the message.
template <typename AnyConfiguration, typename Visit>
void each_number(AnyConfiguration& configuration, Visit&& visit) {
  visit("workers", configuration.workers);
  visit("poll_interval_ms", configuration.poll_interval_ms);
  visit("job_timeout_ms", configuration.job_timeout_ms);
  visit("max_connections", configuration.max_connections);
  visit("max_connections_per_user", configuration.max_connections_per_user);
  visit("max_connections_per_address", configuration.max_connections_per_address);
  visit("max_handshakes", configuration.max_handshakes);
  visit("max_blocking_relays", configuration.max_blocking_relays);
  visit("max_message_bytes", configuration.max_message_bytes);
  visit("max_message_rate", configuration.max_message_rate);
  visit("max_queued_bytes", configuration.max_queued_bytes);
  visit("max_subscriptions", configuration.max_subscriptions);
  visit("ping_interval_ms", configuration.ping_interval_ms);
  visit("handshake_timeout_ms", configuration.handshake_timeout_ms);
  visit("idle_timeout_ms", configuration.idle_timeout_ms);
  visit("max_session_age_ms", configuration.max_session_age_ms);
  visit("relay_lifetime_ms", configuration.relay_lifetime_ms);
  visit("admin_user", configuration.admin_user);
  visit("log_level", configuration.log_level);
}

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
  const Json message(json_pack("{si ss ss sO so sb sb}", "version", kWireVersion, "programs",
                               configuration.programs.c_str(), "database", configuration.database.c_str(), "daemons",
                               daemons.get(), "admins", strings_to_json(configuration.admins).release(), "access_log",
                               configuration.has_access_log ? 1 : 0, "admin_socket",
                               configuration.has_admin_socket ? 1 : 0));
  if (!message) {
    return not_utf8;
  }
  each_number(configuration, [&message](const char* name, auto value) {
    json_object_set_new(message.get(), name, json_integer(static_cast<json_int_t>(value)));
  });
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
  const json_t* daemons = json_object_get(object, "daemons");
  for (std::size_t i = 0; i < json_array_size(daemons); ++i) {
    configuration.daemons.push_back(daemon_from_json(json_array_get(daemons, i)));
  }
  configuration.admins = strings_from_json(json_object_get(object, "admins"));
  configuration.has_access_log = bool_member(object, "access_log");
  configuration.has_admin_socket = bool_member(object, "admin_socket");
  each_number(configuration, [object](const char* name, auto& value) {
    value = static_cast<std::decay_t<decltype(value)>>(integer_member(object, name).value_or(0));
  });
  return configuration;
}

}  // namespace tws
