#include "worker/preference_store.hpp"

#include <utility>

#include "support/json.hpp"
#include "wire/error_uris.hpp"

namespace tws::worker {

namespace {

constexpr const char* kRead = "SELECT name, value FROM torrent_ws_preference WHERE user_id = ?1 ORDER BY name";

constexpr const char* kChange =
    "INSERT OR REPLACE INTO torrent_ws_preference (user_id, name, value) VALUES (?1, ?2, ?3)";

constexpr const char* kForget = "DELETE FROM torrent_ws_preference WHERE user_id = ?1 AND name = ?2";

constexpr const char* kSize =
    "SELECT count(*), coalesce(sum(length(CAST(name AS BLOB)) + length(CAST(value AS BLOB))), 0)"
    " FROM torrent_ws_preference WHERE user_id = ?1";

}  // namespace

Result<Preferences> PreferenceStore::get(std::string_view user_id) {
  if (const auto opened = database_.open(); !opened) {
    return opened.error();
  }
  auto preferences = read(user_id);
  if (!preferences) {
    database_.close();
  }
  return preferences;
}

Result<Preferences> PreferenceStore::read(std::string_view user_id) {
  const Statement statement = database_.prepare(kRead);
  if (!statement) {
    return database_.failure("cannot be read");
  }
  bind_text(statement, 1, user_id);
  Preferences preferences{"{", {}};
  int step = SQLITE_DONE;
  while ((step = sqlite3_step(statement.get())) == SQLITE_ROW) {
    std::string name;
    append_json_string(name, column_text(statement, 0));
    const std::string value = column_text(statement, 1);
    // A name that is not UTF-8 is null.
    if (name == "null" || !parse_json(value)) {
      preferences.left_out.push_back(std::move(name));
      continue;
    }
    std::string& object = preferences.object;
    object.append(object.size() == 1 ? "" : ",").append(name).append(":").append(value);
  }
  preferences.object.append("}");
  if (step != SQLITE_DONE) {
    return database_.failure("cannot be read");
  }
  return preferences;
}

Status PreferenceStore::set(std::string_view user_id, const PreferenceChanges& changes) {
  if (auto opened = database_.open(); !opened) {
    return opened;
  }
  auto written = write(user_id, changes);
  if (!written && written.error().uri == error_uri::kDatabaseUnavailable) {
    database_.close();
  }
  return written;
}

Status PreferenceStore::write(std::string_view user_id, const PreferenceChanges& changes) {
  Transaction transaction(database_);
  bool is_changed = transaction.began();
  for (auto entry = changes.begin(); is_changed && entry != changes.end(); ++entry) {
    is_changed = change(user_id, entry->first, entry->second);
  }
  if (!is_changed) {
    return database_.failure("cannot be written");
  }
  if (auto fits = check_size(user_id); !fits) {
    return fits;
  }
  return transaction.commit() ? Status(Done{}) : database_.failure("cannot be written");
}

bool PreferenceStore::change(std::string_view user_id, const std::string& name,
                             const std::optional<std::string>& value) {
  const Statement statement = database_.prepare(value ? kChange : kForget);
  if (!statement) {
    return false;
  }
  bind_text(statement, 1, user_id);
  bind_text(statement, 2, name);
  if (value) {
    bind_text(statement, 3, *value);
  }
  return sqlite3_step(statement.get()) == SQLITE_DONE;
}

Status PreferenceStore::check_size(std::string_view user_id) {
  const Statement statement = database_.prepare(kSize);
  if (statement) {
    bind_text(statement, 1, user_id);
  }
  if (!statement || sqlite3_step(statement.get()) != SQLITE_ROW) {
    return database_.failure("cannot be read");
  }
  if (static_cast<std::size_t>(sqlite3_column_int64(statement.get(), 0)) > kMaxNames) {
    return Error{"argument preferences must leave the user " + std::to_string(kMaxNames) + " names at most",
                 error_uri::kInvalidArgument};
  }
  if (static_cast<std::size_t>(sqlite3_column_int64(statement.get(), 1)) > kMaxBytes) {
    return Error{
        "argument preferences must leave the user " + std::to_string(kMaxBytes) + " bytes of names and values at most",
        error_uri::kInvalidArgument};
  }
  return Done{};
}

}  // namespace tws::worker
