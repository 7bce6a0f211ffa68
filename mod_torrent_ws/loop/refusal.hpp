// The answer to a client that is refused when its request has already left httpd. Event-loop thread only.
#pragma once

#include <sys/socket.h>

#include <string_view>

namespace tws {

// As much of it as fits into the socket's buffer, which is empty: all.
inline void refuse_client(int socket) {
  constexpr std::string_view kRefusal =
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  [[maybe_unused]] const auto sent = ::send(socket, kRefusal.data(), kRefusal.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace tws
