// The server's side of the WebSocket handshake (RFC 6455, 4.2.2; RFC 7692, 7.1), for a request that httpd has
// checked. Event-loop thread only.
#pragma once

#include <string>
#include <string_view>

#include "wire/handover.hpp"

namespace tws {

// What permessage-deflate was agreed to be. Each message is compressed by itself, and so are the client's to be: no
// idle connection needs a window then, on either side.
struct Deflate {
  int window_bits = 0;  // of what we send; 0: no compression, in either direction
  bool window_asked = false;
};

// The first of the offers in Sec-WebSocket-Extensions that can be accepted, or none. An offer with a parameter that is
// unknown, repeated or has a value that it may not have is declined (RFC 7692, 7.1).
Deflate choose_deflate(std::string_view offered_extensions);

// The response head that makes the connection a WebSocket.
std::string response_head(const Handover& handover, const Deflate& deflate);

}  // namespace tws
