// The request head that libwebsockets is given for a connection that httpd has taken: only what the
// WebSocket handshake needs. Cookies and the rest stay with httpd; lws has little room for headers.
#pragma once

#include <string>
#include <string_view>

#include "wire/handover.hpp"

namespace tws {

// Whether one of the offered extensions is a permessage-deflate that can be accepted: one without
// server_max_window_bits, which lws 4.1 does not answer as RFC 7692, 7.1.2.1 asks.
bool accepts_deflate(std::string_view offered_extensions);

std::string request_head(const Handover& handover, bool deflate);

}  // namespace tws
