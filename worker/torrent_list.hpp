// TorrentList: the last known state of a daemon's torrents, and who added them. Takes what torrent-get answers in table
// format and tells exactly what changed.
#pragma once

#include <array>
#include <bitset>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "support/json.hpp"
#include "support/result.hpp"
#include "worker/torrent_fields.hpp"

namespace tws::worker {

using HashSet = std::set<std::string, std::less<>>;
using FieldSet = std::bitset<kListFieldCount>;
// The user's id by the torrent's hash. Texts that JSON can have.
using Owners = std::map<std::string, std::string, std::less<>>;

// Those that the arguments of a request name in `ids`.
HashSet torrents_of(const json_t* arguments);
// The `hashString` of a torrent in an answer; nothing where it has none that is one.
std::optional<std::string> hash_of(const json_t* torrent);

// By field, as in kListFields. Never a null pointer.
using Torrent = std::array<Json, kListFieldCount>;

struct ListDelta {
  struct Change {
    const std::string* hash;  // into the list, as is `torrent`: valid until its next change
    const Torrent* torrent;
    FieldSet fields;  // changed ones; all of a new torrent
    bool is_new;
  };
  std::vector<Change> changes;
  std::vector<std::string> removed;
  // Torrents that came with live fields only and are new, or have other news (kTelltaleFields): to be read whole.
  std::vector<std::string> incomplete;

  [[nodiscard]] bool empty() const { return changes.empty() && removed.empty(); }
  // Those that changed in some torrent.
  [[nodiscard]] FieldSet changed_fields() const;
  [[nodiscard]] bool has_new() const;
};

class TorrentList {
 public:
  using Torrents = std::map<std::string, Torrent, std::less<>>;

  // Without any it knows no owners. They outlive it; what changed of them counts for a torrent when it is read whole.
  TorrentList() = default;
  explicit TorrentList(const Owners& owners) : owners_(&owners) {}

  [[nodiscard]] const Torrents& torrents() const { return torrents_; }
  // What is told to those who know nothing yet: every torrent is new.
  [[nodiscard]] ListDelta everything() const;
  void clear() { torrents_.clear(); }

  // `table` is the member `torrents` of an answer: a row of field names, then a row for each torrent.
  // Rows of `skip` are passed over: a command has touched these torrents since the answer was asked for.
  // The error tells what is wrong with the answer; the list is then unchanged.

  // Some torrents. `removed` are the daemon's numbers of those that are gone.
  Result<ListDelta> update(const json_t* table, const json_t* removed, const HashSet& skip);
  // All of `asked` that there are, whole: the others are removed.
  Result<ListDelta> update_exactly(const json_t* table, const HashSet& asked, const HashSet& skip);
  // All torrents of the daemon, whole.
  Result<ListDelta> replace(const json_t* table, const HashSet& skip);

  // Those of them that are in the list; gives what was removed.
  std::vector<std::string> remove(const HashSet& hashes);

 private:
  std::vector<std::string> remove_ids(const json_t* ids, const HashSet& skip);

  static inline const Owners kNoOwners{};

  const Owners* owners_ = &kNoOwners;
  Torrents torrents_;
};

}  // namespace tws::worker
