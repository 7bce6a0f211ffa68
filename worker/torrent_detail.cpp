#include "worker/torrent_detail.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

#include "worker/torrent_fields.hpp"

namespace tws::worker {

namespace {

constexpr const char* kFiles = "files";
constexpr const char* kFileStats = "fileStats";

std::string key_of_file(const json_t* /*file*/, std::size_t index) { return std::to_string(index); }

std::string key_of_peer(const json_t* peer, std::size_t /*index*/) {
  return text_member(peer, "address") + ':' + std::to_string(integer_member(peer, "port").value_or(0));
}

std::string key_of_tracker(const json_t* tracker, std::size_t /*index*/) {
  return std::to_string(integer_member(tracker, "id").value_or(0));
}

// A list whose elements change, come and go each by itself: it is told as a dictionary.
struct KeyedList {
  const char* name;
  const char* removed;  // the member that names those that went
  std::string (*key_of)(const json_t* element, std::size_t index);
};

constexpr std::array kKeyedLists = {KeyedList{kFileStats, "fileStatsRemoved", key_of_file},
                                    KeyedList{"peers", "peersRemoved", key_of_peer},
                                    KeyedList{"trackerStats", "trackerStatsRemoved", key_of_tracker}};

// Null: the field is told as it is.
const KeyedList* keyed_list(std::string_view name) {
  const auto* const found =
      std::find_if(kKeyedLists.begin(), kKeyedLists.end(), [name](const KeyedList& list) { return list.name == name; });
  return found == kKeyedLists.end() ? nullptr : found;
}

Json by_key(const KeyedList& list, const json_t* elements) {
  Json dictionary(json_object());
  std::size_t index = 0;
  json_t* element = nullptr;
  json_array_foreach(elements, index, element) {
    json_object_set(dictionary.get(), list.key_of(element, index).c_str(), element);
  }
  return dictionary;
}

Json names_and_lengths(const json_t* files) {
  Json list(json_array());
  std::size_t index = 0;
  const json_t* file = nullptr;
  json_array_foreach(files, index, file) {
    const Json kept(json_object());
    for (const char* name : {"name", "length"}) {
      json_object_set(kept.get(), name, json_object_get(file, name));
    }
    json_array_append(list.get(), kept.get());
  }
  return list;
}

bool is_same(const json_t* before, const json_t* now) { return before != nullptr && json_equal(before, now) != 0; }

// The members that `before`, which may be null, has not or has otherwise.
Json changed_members(const json_t* before, json_t* now) {
  Json changed(json_object());
  const char* name = nullptr;
  json_t* value = nullptr;
  json_object_foreach(now, name, value) {
    if (!is_same(json_object_get(before, name), value)) {
      json_object_set(changed.get(), name, value);
    }
  }
  return changed;
}

void add_changes(json_t* delta, const KeyedList& list, const json_t* before, const json_t* now) {
  std::unordered_map<std::string, const json_t*> former;
  std::size_t index = 0;
  json_t* element = nullptr;
  json_array_foreach(before, index, element) { former.emplace(list.key_of(element, index), element); }
  const Json changed(json_object());
  json_array_foreach(now, index, element) {
    const std::string key = list.key_of(element, index);
    const auto known = former.extract(key);
    const Json members = changed_members(known.empty() ? nullptr : known.mapped(), element);
    if (json_object_size(members.get()) != 0) {
      json_object_set(changed.get(), key.c_str(), members.get());
    }
  }
  const Json removed(json_array());
  for (const auto& [key, gone] : former) {
    json_array_append_new(removed.get(), json_stringn(key.data(), key.size()));
  }
  if (json_object_size(changed.get()) != 0) {
    json_object_set(delta, list.name, changed.get());
  }
  if (json_array_size(removed.get()) != 0) {
    json_object_set(delta, list.removed, removed.get());
  }
}

}  // namespace

Json TorrentDetail::update(const json_t* torrent) {
  Json delta(json_object());
  const char* name = nullptr;
  json_t* given = nullptr;
  json_object_foreach(const_cast<json_t*>(torrent), name, given) {
    const Json value = std::string_view(name) == kFiles ? names_and_lengths(given) : Json::share(given);
    const json_t* known = json_object_get(fields_.get(), name);
    if (!field_rpc_version(name) || is_same(known, value.get())) {
      continue;
    }
    if (const KeyedList* list = keyed_list(name)) {
      add_changes(delta.get(), *list, known, value.get());
    } else {
      json_object_set(delta.get(), name, value.get());
    }
    json_object_set(fields_.get(), name, value.get());
  }
  return delta;
}

// A file's new name is an edit of the torrent; that of its folder is the torrent's own as well.
bool TorrentDetail::needs_files(const json_t* torrent) const {
  const auto differs = [this, torrent](const char* name) {
    const json_t* now = json_object_get(torrent, name);
    return now != nullptr && !is_same(json_object_get(fields_.get(), name), now);
  };
  return json_object_get(fields_.get(), kFiles) == nullptr || differs("editDate") || differs("name") ||
         json_array_size(json_object_get(torrent, kFileStats)) !=
             json_array_size(json_object_get(fields_.get(), kFiles));
}

bool TorrentDetail::has_files_of(const json_t* torrent) const {
  const json_t* known = json_object_get(fields_.get(), kFiles);
  return known != nullptr && json_array_size(known) == json_array_size(json_object_get(torrent, kFiles));
}

Json TorrentDetail::everything() const {
  Json all(json_object());
  const char* name = nullptr;
  json_t* value = nullptr;
  json_object_foreach(fields_.get(), name, value) {
    const KeyedList* list = keyed_list(name);
    json_object_set(all.get(), name, list != nullptr ? by_key(*list, value).get() : value);
  }
  return all;
}

}  // namespace tws::worker
