// The version of all that httpd, its children, relay processes and torrent-ws say to each other, and of
// what httpd's parent keeps over restarts. A module of another version starts a torrent-ws process of its
// own at a graceful restart, while the old one sees its clients off; so count it up with each change.
#pragma once

// Tests build a module of another version to see that.
#ifndef TWS_WIRE_VERSION
#define TWS_WIRE_VERSION 6
#endif

namespace tws {

inline constexpr int kWireVersion = TWS_WIRE_VERSION;

}  // namespace tws
