#include "wire/window_request.hpp"

#include <algorithm>
#include <limits>

#include "wire/error_uris.hpp"
#include "worker/torrent_fields.hpp"

namespace tws {

namespace {

constexpr std::size_t kMaxLimit = 1000;
constexpr std::size_t kMaxValues = 1000;
constexpr std::size_t kMaxSearch = 1000;  // bytes
constexpr std::size_t kMaxKeys = 8;

Error unknown(const char* what, std::string_view name) {
  constexpr std::size_t kMaxShownName = 100;
  return {std::string(what) + (name.size() <= kMaxShownName ? std::string(": ").append(name) : ""),
          error_uri::kInvalidArgument};
}

Error wrong(const std::string& member, const char* must) {
  return {"argument " + member + " must be " + must, error_uri::kInvalidArgument};
}

bool is_list_field(std::string_view name) { return worker::find_list_field(name).has_value(); }

bool is_sortable(std::string_view name) {
  return name == kActivityKey || name == kProgressKey || (is_list_field(name) && name != "trackers");
}

bool is_status(std::string_view name) {
  return std::find(kStatusValues.begin(), kStatusValues.end(), name) != kStatusValues.end();
}

// The strings of a list; false if it is none of strings, or too long.
bool read_strings(std::set<std::string>& strings, const json_t* list) {
  std::size_t index = 0;
  const json_t* item = nullptr;
  json_array_foreach(list, index, item) {
    if (!json_is_string(item)) {
      return false;
    }
    strings.emplace(string_of(item));
  }
  return json_is_array(list) && json_array_size(list) <= kMaxValues;
}

Status read_facet(WindowRequest& request, std::size_t facet, const json_t* list) {
  const std::string member = std::string("filter.") + kFacetNames[facet];
  auto& values = request.values[facet];
  if (!read_strings(values, list)) {
    return wrong(member, "a list of at most 1000 strings");
  }
  if (facet == kStatusFacet && !std::all_of(values.begin(), values.end(), is_status)) {
    return wrong(member, "a list of all, downloading, seeding, active, stopped, queued, verifying, problem");
  }
  return Done{};
}

Status read_filter(WindowRequest& request, const json_t* filter) {
  if (!json_is_object(filter)) {
    return wrong("filter", "a dictionary");
  }
  const char* name = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(filter), name, value) {
    const auto* const facet = std::find(kFacetNames.begin(), kFacetNames.end(), std::string_view(name));
    if (facet != kFacetNames.end()) {
      if (auto read = read_facet(request, static_cast<std::size_t>(facet - kFacetNames.begin()), value); !read) {
        return read;
      }
    } else if (std::string_view(name) != "search") {
      return unknown("filter has no such member", name);
    } else if (!json_is_string(value) || json_string_length(value) > kMaxSearch) {
      return wrong("filter.search", "a string of at most 1000 bytes");
    } else {
      request.search = string_of(value);
    }
  }
  return Done{};
}

Status read_sort(WindowRequest& request, const json_t* sort) {
  if (!json_is_array(sort) || json_array_size(sort) > kMaxKeys) {
    return wrong("sort", R"(a list of at most eight pairs [field, "asc" or "desc"])");
  }
  std::size_t index = 0;
  const json_t* pair = nullptr;
  json_array_foreach(sort, index, pair) {
    const auto name = string_of(json_array_get(pair, 0));
    const auto direction = string_of(json_array_get(pair, 1));
    if (json_array_size(pair) != 2 || (direction != "asc" && direction != "desc")) {
      return wrong("sort", R"(a list of pairs [field, "asc" or "desc"])");
    }
    if (!is_sortable(name)) {
      return wrong("sort", "by fields of the list (not trackers), activity or progress");
    }
    request.sort.push_back({.name = std::string(name), .is_descending = direction == "desc"});
  }
  return Done{};
}

Status read_offset(WindowRequest& request, const json_t* offset) {
  const auto value = json_integer_value(offset);
  if (!json_is_integer(offset) || value < 0 || value > std::numeric_limits<std::int32_t>::max()) {
    return wrong("offset", "an integer from 0");
  }
  request.offset = static_cast<std::size_t>(value);
  return Done{};
}

Status read_limit(WindowRequest& request, const json_t* limit) {
  const auto value = json_integer_value(limit);
  if (value < 1 || value > static_cast<json_int_t>(kMaxLimit)) {
    return wrong("limit", "an integer from 1 to 1000");
  }
  request.limit = static_cast<std::size_t>(value);
  return Done{};
}

Status read_fields(WindowRequest& request, const json_t* fields) {
  if (!read_strings(request.fields, fields) || request.fields.empty() ||
      !std::all_of(request.fields.begin(), request.fields.end(), is_list_field)) {
    return wrong("fields", "a list of fields of the list, at least one");
  }
  return Done{};
}

struct Member {
  std::string_view name;
  Status (*read)(WindowRequest& request, const json_t* value);
};
constexpr std::array kMembers = {Member{"filter", read_filter}, Member{"sort", read_sort},
                                 Member{"offset", read_offset}, Member{"limit", read_limit},
                                 Member{"fields", read_fields}};

Json to_json(const std::set<std::string>& strings) {
  Json list(json_array());
  for (const std::string& text : strings) {
    json_array_append_new(list.get(), json_stringn(text.data(), text.size()));
  }
  return list;
}

}  // namespace

Result<WindowRequest> read_window_request(const json_t* arguments, std::string_view further) {
  if (!json_is_object(arguments)) {
    return Error{"a window is a dictionary", error_uri::kInvalidArgument};
  }
  WindowRequest request;
  const char* name = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(arguments), name, value) {
    const auto* const member =
        std::find_if(kMembers.begin(), kMembers.end(), [name](const Member& known) { return known.name == name; });
    if (member == kMembers.end()) {
      if (further != name) {
        return unknown("a window has no such member", name);
      }
    } else if (const auto read = member->read(request, value); !read) {
      return read.error();
    }
  }
  return request;
}

Json to_json(const WindowRequest& request) {
  const Json filter(json_object());
  for (std::size_t facet = 0; facet < kFacetCount; ++facet) {
    if (!request.values[facet].empty()) {
      json_object_set_new(filter.get(), kFacetNames[facet], to_json(request.values[facet]).release());
    }
  }
  if (!request.search.empty()) {
    json_object_set_new(filter.get(), "search", json_stringn(request.search.data(), request.search.size()));
  }
  json_t* sort = json_array();
  for (const auto& [name, is_descending] : request.sort) {
    json_array_append_new(sort, json_pack("[s,s]", name.c_str(), is_descending ? "desc" : "asc"));
  }
  Json json(json_pack("{s:O,s:o,s:I,s:I}", "filter", filter.get(), "sort", sort, "offset",
                      static_cast<json_int_t>(request.offset), "limit", static_cast<json_int_t>(request.limit)));
  if (!request.fields.empty()) {
    json_object_set_new(json.get(), "fields", to_json(request.fields).release());
  }
  return json;
}

}  // namespace tws
