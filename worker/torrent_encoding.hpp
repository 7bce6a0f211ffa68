// Writes the torrent list's deltas as tails (docs/worker-protocol.md).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wire/job_frame.hpp"
#include "worker/tail_form.hpp"
#include "worker/torrent_list.hpp"

namespace tws::worker {

class TorrentEncoder {
 public:
  // A torrent's key is `key_prefix` and its hash; `daemon` is what its field of this name says.
  TorrentEncoder(std::string daemon, std::string key_prefix);

  // Appends one tail for each form: the members `torrents`, `removed` and those of the dictionary `further`, in JSON
  // with the closing brace. Gives their lengths. Those that are not JSON are left out, with a length of 0, as far as
  // `out` would be longer than `limit` with them: the event loop makes them of JSON. A snapshot is the delta
  // TorrentList::everything().
  std::vector<std::size_t> append_tails(std::string& out, std::span<const TailForm> forms, const ListDelta& delta,
                                        const json_t* further, std::size_t limit = kMaxJobBody) const;
  // A torrent's key.
  [[nodiscard]] std::string key_of(std::string_view hash) const { return key_prefix_ + std::string(hash); }

 private:
  // JSON, which everybody gets, is written without building a value first.
  void append_json_tail(std::string& out, ListFormat format, const ListDelta& delta, const json_t* further) const;
  void append_objects(std::string& out, const ListDelta& delta) const;
  void append_table(std::string& out, const ListDelta& delta) const;
  void append_object(std::string& out, const ListDelta::Change& change) const;
  void append_row(std::string& out, const ListDelta::Change& change, const FieldSet& columns, bool daemon_column) const;
  void append_key(std::string& out, std::string_view hash) const;

  std::string daemon_;
  std::string key_prefix_;
  std::string daemon_text_;  // a JSON string
  std::string key_start_;    // the beginning of a JSON string: quote and prefix
};

}  // namespace tws::worker
