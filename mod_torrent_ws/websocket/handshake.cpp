#include "websocket/handshake.hpp"

#include <libwebsockets.h>

#include <array>
#include <charconv>
#include <optional>
#include <set>

namespace tws {

namespace {

constexpr std::string_view kBlank = " \t";
constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455, 1.3
constexpr std::size_t kDigestSize = 20;
constexpr int kSmallestWindow = 8;
constexpr int kLargestWindow = 15;

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

// RFC 7692, 7.1.2: a decimal number from 8 to 15 without leading zeros, here also in quotes.
std::optional<int> window_bits(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  int bits = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), bits);
  const bool is_number = error == std::errc() && end == value.data() + value.size() && value.front() != '0';
  return is_number && bits >= kSmallestWindow && bits <= kLargestWindow ? std::optional(bits) : std::nullopt;
}

std::optional<Deflate> accept(std::string_view offer) {
  const auto has_more = [&offer] { return offer.find(';') != std::string_view::npos; };
  bool more = has_more();
  if (take_part(offer, ';') != "permessage-deflate") {
    return std::nullopt;
  }
  Deflate deflate{kLargestWindow};
  std::set<std::string_view> seen;
  while (more) {
    more = has_more();
    auto parameter = take_part(offer, ';');
    const bool has_value = parameter.find('=') != std::string_view::npos;
    const auto name = take_part(parameter, '=');
    const auto bits = window_bits(parameter);
    const bool is_flag = name == "server_no_context_takeover" || name == "client_no_context_takeover";
    const bool is_window =
        (name == "server_max_window_bits" && bits) || (name == "client_max_window_bits" && (bits || !has_value));
    if (!(is_flag && !has_value) && !is_window) {
      return std::nullopt;
    }
    if (!seen.insert(name).second) {
      return std::nullopt;
    }
    if (name == "server_max_window_bits") {
      deflate = {*bits, true};
    }
  }
  return deflate;
}

std::string accept_key(std::string_view key) {
  const std::string text = std::string(key).append(kGuid);
  std::array<unsigned char, kDigestSize> digest{};
  lws_SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::array<char, 2 * kDigestSize> encoded{};
  lws_b64_encode_string(reinterpret_cast<const char*>(digest.data()), digest.size(), encoded.data(), encoded.size());
  return encoded.data();
}

}  // namespace

Deflate choose_deflate(std::string_view offered_extensions) {
  while (!offered_extensions.empty()) {
    if (const auto accepted = accept(take_part(offered_extensions, ','))) {
      return *accepted;
    }
  }
  return {};
}

std::string response_head(const Handover& handover, const Deflate& deflate) {
  std::string head =
      "HTTP/1.1 101 Switching Protocols\r\n"
      "Upgrade: websocket\r\n"
      "Connection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      accept_key(handover.key) + "\r\n";
  if (!handover.protocol.empty()) {
    head.append("Sec-WebSocket-Protocol: ").append(handover.protocol).append("\r\n");
  }
  if (deflate.window_bits != 0) {
    head.append("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover");
    if (deflate.window_asked) {
      head.append("; server_max_window_bits=").append(std::to_string(deflate.window_bits));
    }
    head.append("\r\n");
  }
  return head.append("\r\n");
}

}  // namespace tws
