// What transmission-daemon 3.00 cannot do with one request, as 4.0 can: done with several, for the caller as one.
//   torrent-add with `labels`: they are set right after it. If that fails, the result says why in `labels-error`: the
//   torrent is there all the same.
//   torrent-set with `trackerList`: the trackers that the torrents have are read, and those that are missing added,
//   those that are too many removed. To 3.00 each added one is a tier of its own, after the others.
#pragma once

#include "worker/daemon.hpp"

namespace tws::worker {

// As Daemon::call(), whose requirements it has; all requests together have the time of this one. The daemon's version
// must have been read.
void call_as_one(Daemon& daemon, RpcRequest request, RpcClient::Callback callback);

}  // namespace tws::worker
