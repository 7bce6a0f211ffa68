// The last descriptors that torrent-ws may have are kept for its workers, its logs and the status: clients are
// refused before. Any thread.
#pragma once

namespace tws {

// Whether this open descriptor is one of those that are kept.
bool is_of_the_last_descriptors(int descriptor);

}  // namespace tws
