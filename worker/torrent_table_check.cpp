#include "worker/torrent_table_check.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <vector>

#include "worker/json_checks.hpp"
#include "worker/text_checks.hpp"
#include "worker/torrent_fields.hpp"

namespace tws::worker {

namespace {

// Versions of Transmission differ in what they give as a number and what as a boolean.
enum class Kind { kNumberOrBoolean, kInteger, kText, kTexts, kObjects };

constexpr Kind kind_of(std::string_view name) {
  constexpr std::string_view kTextFields[] = {"hashString", "name", "downloadDir", "errorString"};
  if (std::find(std::begin(kTextFields), std::end(kTextFields), name) != std::end(kTextFields)) {
    return Kind::kText;
  }
  return name == "id"         ? Kind::kInteger
         : name == "labels"   ? Kind::kTexts
         : name == "trackers" ? Kind::kObjects
                              : Kind::kNumberOrBoolean;
}

constexpr auto kListKinds = [] {
  std::array<Kind, kListFieldCount> kinds{};
  for (std::size_t i = 0; i < kListFieldCount; ++i) {
    kinds[i] = kind_of(kListFields[i]);
  }
  return kinds;
}();

// A tracker as Transmission has it: nothing in it has parts.
bool is_flat_object(const json_t* value) {
  const char* key = nullptr;
  json_t* member = nullptr;
  json_object_foreach(const_cast<json_t*>(value), key, member) {
    if (json_is_array(member) || json_is_object(member)) {
      return false;
    }
  }
  return json_is_object(value);
}

bool has_type(std::size_t field, const json_t* value) {
  switch (kListKinds[field]) {
    case Kind::kInteger:
      return json_is_integer(value);
    case Kind::kText:
      return json_is_string(value);
    case Kind::kTexts:
      return is_list_of(value, [](const json_t* text) { return json_is_string(text); });
    case Kind::kObjects:
      return is_list_of(value, is_flat_object);
    default:
      return json_is_number(value) || json_is_boolean(value);
  }
}

}  // namespace

std::optional<std::string> fault_in_table(const json_t* rows) {
  const json_t* names = json_array_get(rows, 0);
  std::vector<std::optional<std::size_t>> fields;
  for (std::size_t column = 0; column < json_array_size(names); ++column) {
    const auto field = find_daemon_field(string_of(json_array_get(names, column)));
    if (field && std::find(fields.begin(), fields.end(), field) != fields.end()) {
      return "the daemon's torrent list has a column twice";
    }
    fields.push_back(field);
  }
  std::unordered_set<std::string> hashes;
  for (std::size_t i = 1; i < json_array_size(rows); ++i) {
    const json_t* row = json_array_get(rows, i);
    if (json_array_size(row) != fields.size()) {
      return "the daemon's torrent list has a broken row";
    }
    for (std::size_t column = 0; column < fields.size(); ++column) {
      const json_t* value = json_array_get(row, column);
      if (fields[column] && !has_type(*fields[column], value)) {
        return std::string("the daemon's torrent list has no proper ") + kListFields[*fields[column]];
      }
      if (fields[column] == kHashField && !hashes.insert(info_hash(string_of(value)).value_or("")).second) {
        return "the daemon's torrent list has a torrent twice";
      }
    }
  }
  return std::nullopt;
}

}  // namespace tws::worker
