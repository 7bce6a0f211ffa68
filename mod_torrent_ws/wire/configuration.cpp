#include "wire/configuration.hpp"

#include <type_traits>

#include "support/json.hpp"
#include "wire/version.hpp"

namespace tws {

namespace {

// Null when one of them is not UTF-8, and then whatever is packed of it is null as well.
template <typename Item>
Json list_to_json(const std::vector<Item>& items, Json (*to_json)(const Item&)) {
  Json list(json_array());
  for (const Item& item : items) {
    if (json_array_append_new(list.get(), to_json(item).release()) != 0) {
      return {};
    }
  }
  return list;
}

template <typename Item>
std::vector<Item> list_from_json(const json_t* list, Item (*from_json)(const json_t*)) {
  std::vector<Item> items;
  for (std::size_t i = 0; i < json_array_size(list); ++i) {
    items.push_back(from_json(json_array_get(list, i)));
  }
  return items;
}

Json string_to_json(const std::string& text) { return Json(json_stringn(text.data(), text.size())); }
std::string string_from_json(const json_t* value) { return std::string(string_of(value)); }

Json number_to_json(const std::int64_t& number) { return Json(json_integer(number)); }
std::int64_t number_from_json(const json_t* value) { return json_integer_value(value); }

// Calls `visit(name, member)` for each number; the names are those of the message.
template <typename AnyConfiguration, typename Visit>
void each_number(AnyConfiguration& configuration, Visit&& visit) {
  visit("workers", configuration.workers);
  visit("max_workers", configuration.max_workers);
  visit("worker_max_jobs", configuration.worker_max_jobs);
  visit("worker_max_memory", configuration.worker_max_memory);
  visit("poll_interval_ms", configuration.poll_interval_ms);
  visit("job_timeout_ms", configuration.job_timeout_ms);
  visit("command_timeout_ms", configuration.command_timeout_ms);
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
  visit("publish_window_ms", configuration.publish_window_ms);
  visit("zmq_high_water", configuration.zmq.high_water);
  visit("admin_user", configuration.admin_user);
  visit("log_level", configuration.log_level);
}

// The same for each yes or no.
template <typename AnyConfiguration, typename Visit>
void each_flag(AnyConfiguration& configuration, Visit&& visit) {
  visit("access_log", configuration.has_access_log);
  visit("admin_socket", configuration.has_admin_socket);
  visit("publish_socket", configuration.has_publish_socket);
  visit("strict_uris", configuration.strict_uris);
  visit("strict_request_ids", configuration.strict_request_ids);
  visit("ratchet_prefixes", configuration.ratchet_prefixes);
  visit("login_table", configuration.login_table);
}

Json daemon_to_json(const DaemonConfiguration& daemon) {
  return Json(json_pack("{ss ss sb sI so}", "name", daemon.name.c_str(), "url", daemon.url.c_str(), "credentials",
                        daemon.credentials_file.empty() ? 0 : 1, "timeout_ms",
                        static_cast<json_int_t>(daemon.timeout_ms), "download_roots",
                        list_to_json(daemon.download_roots, string_to_json).release()));
}

DaemonConfiguration daemon_from_json(const json_t* object) {
  DaemonConfiguration daemon;
  daemon.name = text_member(object, "name");
  daemon.url = text_member(object, "url");
  daemon.has_credentials = bool_member(object, "credentials");
  daemon.timeout_ms = integer_member(object, "timeout_ms").value_or(0);
  daemon.download_roots = list_from_json(json_object_get(object, "download_roots"), string_from_json);
  return daemon;
}

UriPattern pattern_from_json(const json_t* uri, const json_t* match) {
  return {string_from_json(uri), match_of(string_of(match)).value_or(Match::kExact)};
}

Json pattern_to_json(const UriPattern& pattern) {
  return Json(json_pack("[s s]", pattern.uri.c_str(), name_of(pattern.match)));
}

UriPattern pattern_from_list(const json_t* list) {
  return pattern_from_json(json_array_get(list, 0), json_array_get(list, 1));
}

Json handler_to_json(const HandlerConfiguration& handler) {
  return Json(json_pack("{ss so ss so si sI sI}", "name", handler.name.c_str(), "command",
                        list_to_json(handler.command, string_to_json).release(), "address", handler.address.c_str(),
                        "patterns", list_to_json(handler.patterns, pattern_to_json).release(), "workers",
                        handler.workers, "timeout_ms", static_cast<json_int_t>(handler.timeout_ms), "queue",
                        static_cast<json_int_t>(handler.queue)));
}

HandlerConfiguration handler_from_json(const json_t* object) {
  HandlerConfiguration handler;
  handler.name = text_member(object, "name");
  handler.command = list_from_json(json_object_get(object, "command"), string_from_json);
  handler.address = text_member(object, "address");
  handler.patterns = list_from_json(json_object_get(object, "patterns"), pattern_from_list);
  handler.workers = static_cast<int>(integer_member(object, "workers").value_or(0));
  handler.timeout_ms = integer_member(object, "timeout_ms").value_or(0);
  handler.queue = static_cast<std::size_t>(integer_member(object, "queue").value_or(0));
  return handler;
}

constexpr int kMaySubscribe = 1;
constexpr int kMayPublish = 2;
constexpr int kMayCall = 4;
constexpr int kMayRegister = 8;

// Lists without names, as there may be a thousand.
Json permission_to_json(const Permission& permission) {
  const int actions = (permission.subscribe ? kMaySubscribe : 0) | (permission.publish ? kMayPublish : 0) |
                      (permission.call ? kMayCall : 0) | (permission.register_procedures ? kMayRegister : 0);
  return Json(json_pack("[i s s s s]", actions, permission.pattern.uri.c_str(), name_of(permission.pattern.match),
                        permission.role.c_str(), permission.user.c_str()));
}

Permission permission_from_json(const json_t* list) {
  const auto actions = json_integer_value(json_array_get(list, 0));
  return {.subscribe = (actions & kMaySubscribe) != 0,
          .publish = (actions & kMayPublish) != 0,
          .call = (actions & kMayCall) != 0,
          .register_procedures = (actions & kMayRegister) != 0,
          .pattern = pattern_from_json(json_array_get(list, 1), json_array_get(list, 2)),
          .role = string_from_json(json_array_get(list, 3)),
          .user = string_from_json(json_array_get(list, 4))};
}

Json history_to_json(const EventHistory& history) {
  return Json(json_pack("[s s I]", history.pattern.uri.c_str(), name_of(history.pattern.match),
                        static_cast<json_int_t>(history.events)));
}

EventHistory history_from_json(const json_t* list) {
  return {.pattern = pattern_from_json(json_array_get(list, 0), json_array_get(list, 1)),
          .events = static_cast<std::size_t>(json_integer_value(json_array_get(list, 2)))};
}

Json key_to_json(const PublishKey& key) { return string_to_json(key.name); }
PublishKey key_from_json(const json_t* name) { return {string_from_json(name), {}, {}}; }

}  // namespace

Result<std::string> encode_configuration(const Configuration& configuration) {
  const Json message(json_pack("{si ss ss so so so so so so so ss sb}", "version", kWireVersion, "programs",
                               configuration.programs.c_str(), "database", configuration.database.c_str(), "daemons",
                               list_to_json(configuration.daemons, daemon_to_json).release(), "admins",
                               list_to_json(configuration.admins, string_to_json).release(), "permissions",
                               list_to_json(configuration.permissions, permission_to_json).release(), "histories",
                               list_to_json(configuration.histories, history_to_json).release(), "handlers",
                               list_to_json(configuration.handlers, handler_to_json).release(), "publish_keys",
                               list_to_json(configuration.publish_keys, key_to_json).release(), "publish_users",
                               list_to_json(configuration.publish_users, number_to_json).release(), "zmq_endpoint",
                               configuration.zmq.endpoint.c_str(), "zmq_curve",
                               configuration.zmq.server_secret_file.empty() ? 0 : 1));
  if (!message) {
    return Error{"a value of a TorrentWs directive is not UTF-8; write the configuration in UTF-8", {}};
  }
  each_number(configuration, [&message](const char* name, auto value) {
    json_object_set_new(message.get(), name, json_integer(static_cast<json_int_t>(value)));
  });
  each_flag(configuration, [&message](const char* name, bool value) {
    json_object_set_new(message.get(), name, json_boolean(value));
  });
  std::string text = to_text(message.get());
  if (text.size() > kMaxControlMessage) {
    return Error{
        "the TorrentWs directives are too long together; use fewer backends, roots, admins, handlers or lines of "
        "TorrentWsAllow",
        {}};
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
  configuration.daemons = list_from_json(json_object_get(object, "daemons"), daemon_from_json);
  configuration.admins = list_from_json(json_object_get(object, "admins"), string_from_json);
  configuration.permissions = list_from_json(json_object_get(object, "permissions"), permission_from_json);
  configuration.histories = list_from_json(json_object_get(object, "histories"), history_from_json);
  configuration.handlers = list_from_json(json_object_get(object, "handlers"), handler_from_json);
  configuration.publish_keys = list_from_json(json_object_get(object, "publish_keys"), key_from_json);
  configuration.publish_users = list_from_json(json_object_get(object, "publish_users"), number_from_json);
  configuration.zmq.endpoint = text_member(object, "zmq_endpoint");
  configuration.zmq.has_curve = bool_member(object, "zmq_curve");
  each_number(configuration, [object](const char* name, auto& value) {
    value = static_cast<std::decay_t<decltype(value)>>(integer_member(object, name).value_or(0));
  });
  each_flag(configuration, [object](const char* name, bool& value) { value = bool_member(object, name); });
  return configuration;
}

}  // namespace tws
