// Hands a checked upgrade request's connection to the torrent-ws process and makes httpd let go of it.
// Runs in httpd children, in the request's own thread.
#pragma once

#include "apache/module.hpp"
#include "wire/handover.hpp"

namespace tws::apache {

// What stands in the way of a handover: an HTTP/2 stream, another TLS module, a filter that may hold
// something of the connection. Such a connection needs a blocking relay (blocking_relay.hpp). Empty: nothing.
std::string handover_obstacle(conn_rec* connection);

// Plain TCP: the socket itself goes. TLS: one end of a socket pair goes, and this child's relay
// thread keeps the TLS side (tls_takeover.hpp). Once it returns OK, the connection is no longer
// httpd's: the handler returns OK and touches it no more. Else it still is, and gives the HTTP status to
// answer; the reason is in the log. `handover` has everything but `drained`.
int hand_over_connection(request_rec* request, const Handover& handover);

// The handover message without drained bytes, or an error for the client (400).
int encode_for_client(request_rec* request, const Handover& handover, std::string& message);

// For when torrent-ws is not there to take a connection: 503 with Retry-After.
int refuse_unavailable(request_rec* request);

}  // namespace tws::apache
