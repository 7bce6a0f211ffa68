// Writes the torrent list and its deltas as JSON text, once for each format in use (docs/worker-protocol.md).
#pragma once

#include <string>
#include <string_view>

#include "worker/torrent_list.hpp"

namespace tws::worker {

enum class ListFormat {
  kObject,  // {"<key>": {field: value, …}, …}
  kTable,   // {"fields": ["hash", …], "rows": [[…], …]}; in a delta null stands for "not changed"
};

constexpr const char* name_of(ListFormat format) { return format == ListFormat::kTable ? "table" : "object"; }

class TorrentEncoder {
 public:
  // A torrent's key is `key_prefix` and its hash; `daemon` is what its field of this name says.
  TorrentEncoder(std::string_view daemon, std::string_view key_prefix);

  // Each appends one tail: the members `torrents`, `removed` and `session` with the closing brace.
  // `session` is the JSON text of the totals.
  void append_snapshot(std::string& out, ListFormat format, const TorrentList& list, std::string_view session) const;
  void append_delta(std::string& out, ListFormat format, const ListDelta& delta, std::string_view session) const;

 private:
  void append_key(std::string& out, std::string_view hash) const;
  void append_object(std::string& out, const ListDelta::Change& change) const;
  void append_row(std::string& out, const ListDelta::Change& change, const FieldSet& columns, bool daemon_column) const;
  void append(std::string& out, ListFormat format, const ListDelta& delta, const FieldSet& columns, bool daemon_column,
              std::string_view session) const;

  std::string daemon_;     // a JSON string
  std::string key_start_;  // the beginning of a JSON string: quote and prefix
};

}  // namespace tws::worker
