#include "worker/rpc_dialect.hpp"

#include <cmath>

#include "worker/rpc_names.hpp"
#include "worker/rpc_versions.hpp"

namespace tws::worker {

namespace {

void set_member(json_t* object, std::string_view name, json_t* value) {
  json_object_setn(object, name.data(), name.size(), value);
}

Json string_value(std::string_view text) { return Json(json_stringn(text.data(), text.size())); }

// Replaces a member that is this text.
void reword(json_t* object, const char* member, std::string_view from, std::string_view to) {
  if (string_member(object, member) == from) {
    json_object_set_new(object, member, string_value(to).release());
  }
}

// Names of fields, as values of a list.
template <typename Rename>
Json renamed_strings(const json_t* list, Rename rename) {
  Json names(json_array());
  std::size_t index = 0;
  json_t* name = nullptr;
  json_array_foreach(list, index, name) {
    json_array_append_new(names.get(),
                          json_is_string(name) ? string_value(rename(string_of(name))).release() : json_incref(name));
  }
  return names;
}

// The same with the keys of 3.00, at any depth; arrays are changed in place, as a list of torrents is long. The parser
// bounds the depth.
Json with_legacy_keys(json_t* value, NamesOf names_of) {
  if (json_is_array(value)) {
    std::size_t index = 0;
    json_t* element = nullptr;
    json_array_foreach(value, index, element) {
      if (json_is_array(element) || json_is_object(element)) {
        json_array_set_new(value, index, with_legacy_keys(element, names_of).release());
      }
    }
  }
  if (!json_is_object(value)) {
    return Json::share(value);
  }
  Json object(json_object());
  const char* key = nullptr;
  json_t* member = nullptr;
  json_object_foreach(value, key, member) {
    set_member(object.get(), legacy_name(key, names_of), with_legacy_keys(member, names_of).get());
  }
  return object;
}

// 3.00 has 1 and 0; 4.1, and of the older ones 4.0.0 and 4.0.1, have booleans.
void make_wanted_numbers(json_t* torrents) {
  std::size_t index = 0;
  const json_t* torrent = nullptr;
  json_array_foreach(torrents, index, torrent) {
    json_t* wanted = json_object_get(torrent, "wanted");
    for (std::size_t i = 0; i < json_array_size(wanted); ++i) {
      if (json_is_boolean(json_array_get(wanted, i))) {
        json_array_set_new(wanted, i, json_integer(json_is_true(json_array_get(wanted, i)) ? 1 : 0));
      }
    }
  }
}

// 4.1.0 gives them with a fraction.
void make_limits_integers(json_t* object) {
  for (const char* limit : {"speed-limit-down", "speed-limit-up"}) {
    if (const json_t* value = json_object_get(object, limit); json_is_real(value)) {
      json_object_set_new(object, limit, json_integer(std::llround(json_real_value(value))));
    }
  }
}

// Arguments as 4.1 takes them.
Json snake_arguments(const json_t* arguments) {
  Json params(json_object());
  const char* key = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(arguments), key, value) { set_member(params.get(), snake_name(key), value); }
  if (const json_t* fields = json_object_get(arguments, "fields")) {
    json_object_set_new(params.get(), "fields", renamed_strings(fields, snake_name).release());
  }
  reword(params.get(), "ids", "recently-active", "recently_active");
  reword(params.get(), "encryption", "tolerated", "allowed");
  return params;
}

}  // namespace

RpcDialect dialect_of(std::string_view semver) {
  return is_since_41(semver) ? RpcDialect::kJsonRpc : RpcDialect::kLegacy;
}

std::string request_text(RpcDialect dialect, std::string_view method, const json_t* arguments) {
  Json given(arguments == nullptr ? json_object() : json_copy(const_cast<json_t*>(arguments)));
  // 4.0's specification says "group", and all daemons that have groups read "name".
  if (json_t* group = method == "group-get" ? json_object_get(given.get(), "group") : nullptr) {
    json_object_set(given.get(), "name", group);
    json_object_del(given.get(), "group");
  }
  const Json request(json_object());
  if (dialect == RpcDialect::kJsonRpc) {
    json_object_set_new(request.get(), "jsonrpc", json_string("2.0"));
    json_object_set_new(request.get(), "method", string_value(snake_name(method)).release());
    json_object_set_new(request.get(), "params", snake_arguments(given.get()).release());
    json_object_set_new(request.get(), "id", json_integer(1));  // an HTTP request has one answer
  } else {
    json_object_set_new(request.get(), "method", string_value(method).release());
    json_object_set(request.get(), "arguments", given.get());
  }
  return to_text(request.get());
}

Json translated_result(RpcDialect dialect, std::string_view method, json_t* result) {
  const NamesOf names_of = method == "torrent-get" ? NamesOf::kTorrents : NamesOf::kTheRest;
  Json translated = dialect == RpcDialect::kJsonRpc ? with_legacy_keys(result, names_of) : Json::share(result);
  if (method == "torrent-get") {
    json_t* torrents = json_object_get(translated.get(), "torrents");
    if (const json_t* names = json_array_get(torrents, 0); dialect == RpcDialect::kJsonRpc && json_is_array(names)) {
      const auto rename = [](std::string_view name) { return legacy_name(name, NamesOf::kTorrents); };
      json_array_set_new(torrents, 0, renamed_strings(names, rename).release());
    }
    make_wanted_numbers(torrents);
  } else if (method == "session-get") {
    reword(translated.get(), "encryption", "allowed", "tolerated");
    make_limits_integers(translated.get());
  } else if (method == "group-get") {
    std::size_t index = 0;
    json_t* group = nullptr;
    json_array_foreach(json_object_get(translated.get(), "group"), index, group) { make_limits_integers(group); }
  }
  return translated;
}

}  // namespace tws::worker
