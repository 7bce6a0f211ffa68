// What a torrent is doing, as Transmission tells it.
#pragma once

#include <jansson.h>

#include "worker/torrent_list.hpp"

namespace tws::worker {

// The field `status`: rpc-spec.txt of 3.00, 3.3. A daemon may give others.
enum class TorrentStatus : json_int_t {
  kStopped,
  kCheckWait,
  kChecking,
  kDownloadWait,
  kDownloading,
  kSeedWait,
  kSeeding,
};

inline TorrentStatus status_of(const Torrent& torrent) {
  return static_cast<TorrentStatus>(json_integer_value(torrent[list_field("status")].get()));
}

}  // namespace tws::worker
