// Hands a checked upgrade request's connection to the torrent-ws process and makes httpd let go of it.
// Runs in httpd children, in the request's own thread.
#pragma once

#include "apache/module.hpp"
#include "wire/handover.hpp"

namespace tws::apache {

// Plain TCP: the socket itself goes. TLS: one end of a socket pair goes, and this child's relay
// thread keeps the TLS side (tls_takeover.hpp). Once it returns Done, the connection is no longer
// httpd's: the handler returns OK and touches it no more. After an error it still is, and an HTTP
// status can be answered. `handover` has everything but `tls` and `drained`.
Status hand_over_connection(request_rec* request, Handover handover);

}  // namespace tws::apache
