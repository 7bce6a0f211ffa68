#include "worker/torrent_list.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "worker/text_checks.hpp"

namespace tws::worker {

namespace {

// The table, checked: each row has one value for each column, and a hash of its own.
struct Table {
  const json_t* rows;
  std::vector<std::optional<std::size_t>> fields;  // of each column
  std::vector<std::string> hashes;                 // of each row but the first
  FieldSet present = FieldSet().set(kOwnerField);  // what is not the daemon's is not missing

  [[nodiscard]] bool is_whole() const { return present.all(); }
  [[nodiscard]] std::size_t first_missing() const {
    std::size_t field = 0;
    while (present[field]) {
      ++field;
    }
    return field;
  }
};

Result<Table> read_table(const json_t* rows) {
  const json_t* names = json_array_get(rows, 0);
  if (!json_is_array(names)) {
    return Error{"the daemon's torrent list is no table", {}};
  }
  Table table{.rows = rows, .fields = {}, .hashes = {}};
  std::size_t hash_column = json_array_size(names);
  for (std::size_t column = 0; column < json_array_size(names); ++column) {
    table.fields.push_back(find_daemon_field(string_of(json_array_get(names, column))));
    if (const auto field = table.fields.back()) {
      table.present.set(*field);
      hash_column = *field == kHashField ? column : hash_column;
    }
  }
  for (std::size_t i = 1; i < json_array_size(rows); ++i) {
    const json_t* row = json_array_get(rows, i);
    auto hash = info_hash(string_of(json_array_get(row, hash_column)));
    if (!hash || json_array_size(row) != table.fields.size()) {
      return Error{"the daemon's torrent list has a broken row", {}};
    }
    table.hashes.push_back(std::move(*hash));
  }
  return table;
}

// Takes over the values that differ.
FieldSet assign(Torrent& torrent, const Table& table, const json_t* row) {
  FieldSet changed;
  for (std::size_t column = 0; column < table.fields.size(); ++column) {
    const auto field = table.fields[column];
    json_t* value = json_array_get(row, column);
    if (field && (!torrent[*field] || json_equal(torrent[*field].get(), value) == 0)) {
      torrent[*field] = Json::share(value);
      changed.set(*field);
    }
  }
  return changed;
}

bool has_telltale(const FieldSet& changed) {
  return std::any_of(kTelltaleFields.begin(), kTelltaleFields.end(),
                     [&changed](std::size_t field) { return changed[field]; });
}

// True if it is another one than before.
bool assign_owner(Torrent& torrent, std::string_view owner) {
  Json& value = torrent[kOwnerField];
  if (value && string_of(value.get()) == owner) {
    return false;
  }
  value = Json(json_stringn(owner.data(), owner.size()));
  return true;
}

ListDelta take_rows(TorrentList::Torrents& torrents, const Table& table, const HashSet& skip, const Owners& owners) {
  ListDelta delta;
  for (std::size_t i = 0; i < table.hashes.size(); ++i) {
    const std::string& hash = table.hashes[i];
    if (skip.contains(hash)) {
      continue;
    }
    auto found = torrents.find(hash);
    const bool is_new = found == torrents.end();
    if (is_new && !table.is_whole()) {
      delta.incomplete.push_back(hash);
      continue;
    }
    if (is_new) {
      found = torrents.try_emplace(hash).first;
    }
    FieldSet changed = assign(found->second, table, json_array_get(table.rows, i + 1));
    if (table.is_whole()) {  // owners change with what is read whole: commands, and sweeps
      const auto owner = owners.find(hash);
      changed[kOwnerField] = assign_owner(found->second, owner == owners.end() ? std::string_view("") : owner->second);
    }
    if (changed.any()) {
      delta.changes.push_back({&found->first, &found->second, changed, is_new});
      if (!table.is_whole() && has_telltale(changed)) {
        delta.incomplete.push_back(hash);
      }
    }
  }
  return delta;
}

}  // namespace

HashSet torrents_of(const json_t* arguments) {
  HashSet hashes;
  std::size_t index = 0;
  const json_t* id = nullptr;
  json_array_foreach(json_object_get(arguments, "ids"), index, id) { hashes.emplace(string_of(id)); }
  return hashes;
}

std::optional<std::string> hash_of(const json_t* torrent) {
  return info_hash(string_member(torrent, "hashString").value_or(""));
}

FieldSet ListDelta::changed_fields() const {
  FieldSet fields;
  for (const Change& change : changes) {
    fields |= change.fields;
  }
  return fields;
}

bool ListDelta::has_new() const {
  return std::any_of(changes.begin(), changes.end(), [](const Change& change) { return change.is_new; });
}

ListDelta TorrentList::everything() const {
  ListDelta all;
  all.changes.reserve(torrents_.size());
  for (const auto& [hash, torrent] : torrents_) {
    all.changes.push_back({&hash, &torrent, FieldSet().set(), true});
  }
  return all;
}

Result<ListDelta> TorrentList::update(const json_t* table, const json_t* removed, const HashSet& skip) {
  const auto read = read_table(table);
  if (!read) {
    return read.error();
  }
  // First those that are gone: the changes point into the list. Who is there all the same, or again, is read whole.
  std::vector<std::string> gone = remove_ids(removed, skip);
  ListDelta delta = take_rows(torrents_, *read, skip, *owners_);
  delta.removed = std::move(gone);
  return delta;
}

Result<ListDelta> TorrentList::update_exactly(const json_t* table, const HashSet& asked, const HashSet& skip) {
  const auto read = read_table(table);
  if (!read) {
    return read.error();
  }
  if (!read->is_whole()) {
    return Error{std::string("the daemon's torrent list has no ") + kListFields.at(read->first_missing()), {}};
  }
  ListDelta delta = take_rows(torrents_, *read, skip, *owners_);
  HashSet gone = asked;
  for (const std::string& hash : read->hashes) {
    gone.erase(hash);
  }
  for (const std::string& hash : skip) {
    gone.erase(hash);
  }
  delta.removed = remove(gone);
  return delta;
}

Result<ListDelta> TorrentList::replace(const json_t* table, const HashSet& skip) {
  HashSet all;
  for (const auto& [hash, torrent] : torrents_) {
    all.insert(all.end(), hash);
  }
  return update_exactly(table, all, skip);
}

std::vector<std::string> TorrentList::remove(const HashSet& hashes) {
  std::vector<std::string> removed;
  for (const std::string& hash : hashes) {
    if (torrents_.erase(hash) != 0) {
      removed.push_back(hash);
    }
  }
  return removed;
}

std::vector<std::string> TorrentList::remove_ids(const json_t* ids, const HashSet& skip) {
  HashSet gone;
  std::set<json_int_t> wanted;
  for (std::size_t i = 0; i < json_array_size(ids); ++i) {
    if (const json_t* id = json_array_get(ids, i); json_is_integer(id)) {
      wanted.insert(json_integer_value(id));
    }
  }
  if (wanted.empty()) {
    return {};
  }
  for (const auto& [hash, torrent] : torrents_) {
    if (wanted.contains(json_integer_value(torrent[kIdField].get())) && !skip.contains(hash)) {
      gone.insert(hash);
    }
  }
  return remove(gone);
}

}  // namespace tws::worker
