// PreferenceStore: what users chose about their pages, in the database (conf/schema.sql). Blocks: for pool workers
// only.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/result.hpp"
#include "worker/database.hpp"

namespace tws::worker {

// Each value by its name, as JSON; none: it is to be forgotten.
using PreferenceChanges = std::map<std::string, std::optional<std::string>>;

// All of a user's, as a JSON object; and the names, as JSON, of those that are left out as they are not JSON
// themselves: the site's own programs may write there, too.
struct Preferences {
  std::string object;
  std::vector<std::string> left_out;
};

class PreferenceStore {
 public:
  // Of one user; the bytes are those of names and values together.
  static constexpr std::size_t kMaxNames = 64;
  static constexpr std::size_t kMaxBytes = 16'384;

  // The database is opened with the first question, and again whenever the file was replaced or failed.
  explicit PreferenceStore(std::string path) : database_(std::move(path)) {}

  // Error: database_unavailable, with a message for the log.
  Result<Preferences> get(std::string_view user_id);
  // Makes all of these changes, or none. The same error, and invalid_argument where it would be too much.
  Status set(std::string_view user_id, const PreferenceChanges& changes);

 private:
  Result<Preferences> read(std::string_view user_id);
  Status write(std::string_view user_id, const PreferenceChanges& changes);
  bool change(std::string_view user_id, const std::string& name, const std::optional<std::string>& value);
  Status check_size(std::string_view user_id);

  Database database_;
};

}  // namespace tws::worker
