// A question to the event loop, as httpd's children put it: a message with a socket that the answer comes back on.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "apache/module.hpp"

namespace tws::apache {

// All that comes back. `question` is an encoded Handover; `body` goes on the same socket, up to its end. Blocks the
// request's thread: for `timeout` at most, and half a second for room in the socket. An error's message is for people.
Result<std::string> ask_event_loop(const SupervisorState& supervisor, std::string_view question, std::string_view body,
                                   std::chrono::milliseconds timeout);

}  // namespace tws::apache
