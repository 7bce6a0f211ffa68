#include "wire/handover.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "support/json.hpp"
#include "wire/version.hpp"

namespace tws {

namespace {

// In the order of HandoverKind.
constexpr std::array<std::string_view, 5> kKinds = {"connection", "status", "relay", "publish", "expired"};

}  // namespace

// The head is one JSON text ended by a line feed, which JSON escapes inside; the drained bytes follow.
Result<std::string> encode_handover(const Handover& handover) {
  const Json head(json_pack(
      "{si ss ss ss ss ss sb sb ss ss si sI ss ss ss s[sssss]}", "version", kWireVersion, "kind",
      kKinds.at(static_cast<std::size_t>(handover.kind)).data(), "endpoint", handover.endpoint.c_str(), "realm",
      handover.realm.c_str(), "address", handover.address.c_str(), "user", handover.user.c_str(), "tls",
      handover.tls ? 1 : 0, "blocking", handover.blocking ? 1 : 0, "site", handover.site.c_str(), "path",
      handover.path.c_str(), "relay", handover.relay, "expired", static_cast<json_int_t>(handover.expired), "key",
      handover.key.c_str(), "protocol", handover.protocol.c_str(), "extensions", handover.extensions.c_str(),
      "signature", handover.signature.key.c_str(), handover.signature.timestamp.c_str(), handover.signature.seq.c_str(),
      handover.signature.nonce.c_str(), handover.signature.signature.c_str()));
  if (!head) {
    return Error{"a request field is not UTF-8", {}};
  }
  std::string message;
  append_json(message, head.get());
  message.push_back('\n');
  if (message.size() > kMaxHandoverHead) {
    return Error{"request fields too long", {}};
  }
  return message;
}

Result<Handover> decode_handover(std::string_view message) {
  const auto end = message.find('\n');
  if (end == std::string_view::npos) {
    return Error{"handover message without an end of its head", {}};
  }
  const auto head = parse_json(message.substr(0, end));
  if (!head) {
    return head.error();
  }
  if (integer_member(head->get(), "version") != kWireVersion) {
    return Error{"handover message of another version of the module", {}};
  }
  Handover handover;
  const auto* kind = std::find(kKinds.begin(), kKinds.end(), string_member(head->get(), "kind").value_or(""));
  if (kind == kKinds.end()) {
    return Error{"handover message of unknown kind", {}};
  }
  handover.kind = static_cast<HandoverKind>(kind - kKinds.begin());
  handover.endpoint = text_member(head->get(), "endpoint");
  handover.realm = text_member(head->get(), "realm");
  handover.address = text_member(head->get(), "address");
  handover.user = text_member(head->get(), "user");
  handover.tls = bool_member(head->get(), "tls");
  handover.blocking = bool_member(head->get(), "blocking");
  handover.site = text_member(head->get(), "site");
  handover.path = text_member(head->get(), "path");
  handover.relay = static_cast<int>(integer_member(head->get(), "relay").value_or(0));
  handover.expired = static_cast<std::uint64_t>(integer_member(head->get(), "expired").value_or(0));
  handover.key = text_member(head->get(), "key");
  handover.protocol = text_member(head->get(), "protocol");
  handover.extensions = text_member(head->get(), "extensions");
  const json_t* signature = json_object_get(head->get(), "signature");
  const auto part = [signature](std::size_t i) { return std::string(string_of(json_array_get(signature, i))); };
  handover.signature = {part(0), part(1), part(2), part(3), part(4)};
  handover.drained = std::string(message.substr(end + 1));
  return handover;
}

std::uint64_t socket_cookie(int socket) {
  std::uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  getsockopt(socket, SOL_SOCKET, SO_COOKIE, &cookie, &size);
  return cookie;
}

}  // namespace tws
