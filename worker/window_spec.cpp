#include "worker/window_spec.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "wire/error_uris.hpp"

namespace tws::worker {

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

bool is_strings(const json_t* list) {
  for (std::size_t i = 0; i < json_array_size(list); ++i) {
    if (!json_is_string(json_array_get(list, i))) {
      return false;
    }
  }
  return json_is_array(list) && json_array_size(list) <= kMaxValues;
}

bool is_status(const std::string& value) {
  return std::find(kStatusValues.begin(), kStatusValues.end(), value) != kStatusValues.end();
}

Status read_facet(WindowFilter& filter, std::size_t facet, const json_t* values) {
  const std::string member = std::string("filter.") + kFacetNames[facet];
  if (!is_strings(values)) {
    return wrong(member, "a list of at most 1000 strings");
  }
  auto& admitted = filter.values[facet];
  for (std::size_t i = 0; i < json_array_size(values); ++i) {
    admitted.emplace(string_of(json_array_get(values, i)));
  }
  if (facet == kStatusFacet && !std::all_of(admitted.begin(), admitted.end(), is_status)) {
    return wrong(member, "a list of all, downloading, seeding, active, stopped, queued, verifying, problem");
  }
  return Done{};
}

Status read_filter(WindowSpec& spec, const json_t* filter) {
  if (!json_is_object(filter)) {
    return wrong("filter", "a dictionary");
  }
  const char* name = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(filter), name, value) {
    const auto* const facet = std::find(kFacetNames.begin(), kFacetNames.end(), std::string_view(name));
    if (facet != kFacetNames.end()) {
      if (auto read = read_facet(spec.filter, static_cast<std::size_t>(facet - kFacetNames.begin()), value); !read) {
        return read;
      }
    } else if (std::string_view(name) != "search") {
      return unknown("filter has no such member", name);
    } else if (!json_is_string(value) || json_string_length(value) > kMaxSearch) {
      return wrong("filter.search", "a string of at most 1000 bytes");
    } else {
      spec.filter.set_search(string_of(value));
    }
  }
  return Done{};
}

Status read_sort(WindowSpec& spec, const json_t* sort) {
  if (!json_is_array(sort) || json_array_size(sort) > kMaxKeys) {
    return wrong("sort", R"(a list of at most eight pairs [field, "asc" or "desc"])");
  }
  for (std::size_t i = 0; i < json_array_size(sort); ++i) {
    const json_t* pair = json_array_get(sort, i);
    const auto direction = string_of(json_array_get(pair, 1));
    if (json_array_size(pair) != 2 || (direction != "asc" && direction != "desc")) {
      return wrong("sort", R"(a list of pairs [field, "asc" or "desc"])");
    }
    if (!spec.order.add(string_of(json_array_get(pair, 0)), direction == "desc")) {
      return wrong("sort", "by fields of the list (not trackers), activity or progress");
    }
  }
  return Done{};
}

Status read_offset(WindowSpec& spec, const json_t* offset) {
  const auto value = json_integer_value(offset);
  if (!json_is_integer(offset) || value < 0 || value > std::numeric_limits<std::int32_t>::max()) {
    return wrong("offset", "an integer from 0");
  }
  spec.offset = static_cast<std::size_t>(value);
  return Done{};
}

Status read_limit(WindowSpec& spec, const json_t* limit) {
  const auto value = json_integer_value(limit);
  if (value < 1 || value > static_cast<json_int_t>(kMaxLimit)) {
    return wrong("limit", "an integer from 1 to 1000");
  }
  spec.limit = static_cast<std::size_t>(value);
  return Done{};
}

Status read_fields(WindowSpec& spec, const json_t* fields) {
  spec.fields.reset();
  for (std::size_t i = 0; is_strings(fields) && i < json_array_size(fields); ++i) {
    const auto field = find_list_field(string_of(json_array_get(fields, i)));
    if (!field) {
      return wrong("fields", "a list of fields of the list");
    }
    spec.fields.set(*field);
  }
  return spec.fields.any() ? Status(Done{}) : wrong("fields", "a list of fields of the list, at least one");
}

struct Member {
  std::string_view name;
  Status (*read)(WindowSpec& spec, const json_t* value);
};
constexpr std::array kMembers = {Member{"filter", read_filter}, Member{"sort", read_sort}, Member{"offset", read_offset},
                                 Member{"limit", read_limit}, Member{"fields", read_fields}};

}  // namespace

Result<WindowSpec> read_window_spec(const json_t* arguments, std::string_view further) {
  WindowSpec spec;
  const char* name = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(arguments), name, value) {
    const auto* const member =
        std::find_if(kMembers.begin(), kMembers.end(), [name](const Member& known) { return known.name == name; });
    if (member == kMembers.end()) {
      if (further != name) {
        return unknown("a window has no such argument", name);
      }
    } else if (const auto read = member->read(spec, value); !read) {
      return read.error();
    }
  }
  return spec;
}

}  // namespace tws::worker
