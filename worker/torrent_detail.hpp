// TorrentDetail: all that is known of a single torrent, and what changed in it (docs/topics.md, "torrents.detail").
#pragma once

#include "support/json.hpp"

namespace tws::worker {

class TorrentDetail {
 public:
  // Takes one torrent of torrent-get's answer: with the field `files`, or without it where they are known and the same.
  // Gives the members that changed; fields that torrent-get has not are left out. Of peers, trackers and files' states
  // those that changed, each with what changed.
  Json update(const json_t* torrent);

  // Whether `files` has to be asked for: they are not known, or `torrent`, which came without them, has others.
  [[nodiscard]] bool needs_files(const json_t* torrent) const;
  // Whether `torrent`, with `files`, has as many as are known. A magnet link's come with its metadata.
  [[nodiscard]] bool has_files_of(const json_t* torrent) const;

  // All members; none before the first update().
  [[nodiscard]] Json everything() const;

 private:
  // As Transmission gives them, but for `files`, which has only what does not change with each piece.
  Json fields_{json_object()};
};

}  // namespace tws::worker
