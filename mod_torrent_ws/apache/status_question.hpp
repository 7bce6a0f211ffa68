// The question for the status of torrent-ws, as httpd's children put it to the event loop.
#pragma once

#include <chrono>

#include "apache/module.hpp"
#include "support/json.hpp"

namespace tws::apache {

// The status object (docs/operation.md), or an Error with a message for people when torrent-ws is not up or
// does not answer; the latter is logged. Blocks the request's thread: `timeout` at most for the answer, and half
// a second for room in the socket.
Result<Json> ask_for_status(const request_rec* request, std::chrono::milliseconds timeout);

}  // namespace tws::apache
