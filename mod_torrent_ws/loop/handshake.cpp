#include "loop/handshake.hpp"

namespace tws {

namespace {

constexpr std::string_view kBlank = " \t";

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(kBlank);
  return first == std::string_view::npos ? std::string_view{}
                                         : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// Cuts the part up to `separator` off `text`.
std::string_view take_part(std::string_view& text, char separator) {
  const auto end = text.find(separator);
  const auto part = trim(text.substr(0, end));
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  return part;
}

bool is_acceptable(std::string_view offer) {
  if (take_part(offer, ';') != "permessage-deflate") {
    return false;
  }
  while (!offer.empty()) {
    auto parameter = take_part(offer, ';');
    const auto name = take_part(parameter, '=');
    if (name != "client_max_window_bits" && name != "server_no_context_takeover" &&
        name != "client_no_context_takeover") {
      return false;
    }
  }
  return true;
}

}  // namespace

bool accepts_deflate(std::string_view offered_extensions) {
  while (!offered_extensions.empty()) {
    if (is_acceptable(take_part(offered_extensions, ','))) {
      return true;
    }
  }
  return false;
}

std::string request_head(const Handover& handover, bool deflate) {
  std::string head =
      "GET / HTTP/1.1\r\n"
      "Host: localhost\r\n"
      "Upgrade: websocket\r\n"
      "Connection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: ";
  head.append(handover.key).append("\r\n");
  if (!handover.protocol.empty()) {
    head.append("Sec-WebSocket-Protocol: ").append(handover.protocol).append("\r\n");
  }
  if (deflate) {
    // Each of our messages is compressed by itself, and so are the client's to be: no idle connection needs a
    // window then, on either side. What we want is put into the offer, as lws answers with that.
    head.append(
        "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n");
  }
  return head.append("\r\n");
}

}  // namespace tws
