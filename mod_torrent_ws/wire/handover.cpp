#include "wire/handover.hpp"

#include "support/json.hpp"

namespace tws {

namespace {

constexpr const char* kStatusKind = "status";
constexpr const char* kConnectionKind = "connection";

}  // namespace

// The head is one JSON text ended by a line feed, which JSON escapes inside; the drained bytes follow.
Result<std::string> encode_handover(const Handover& handover) {
  const Json head(json_pack("{si ss ss ss ss ss sb ss ss ss}", "version", kHandoverVersion, "kind",
                            handover.kind == HandoverKind::kStatus ? kStatusKind : kConnectionKind, "endpoint",
                            handover.endpoint.c_str(), "realm", handover.realm.c_str(), "address",
                            handover.address.c_str(), "user", handover.user.c_str(), "tls", handover.tls ? 1 : 0, "key",
                            handover.key.c_str(), "protocol", handover.protocol.c_str(), "extensions",
                            handover.extensions.c_str()));
  if (!head) {
    return Error{"a request field is not UTF-8", {}};
  }
  std::string message;
  append_json(message, head.get());
  message.push_back('\n');
  message.append(handover.drained);
  if (message.size() > kMaxHandover) {
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
  if (integer_member(head->get(), "version") != kHandoverVersion) {
    return Error{"handover message of another version of the module", {}};
  }
  Handover handover;
  const auto kind = text_member(head->get(), "kind");
  if (kind != kStatusKind && kind != kConnectionKind) {
    return Error{"handover message of unknown kind", {}};
  }
  handover.kind = kind == kStatusKind ? HandoverKind::kStatus : HandoverKind::kConnection;
  handover.endpoint = text_member(head->get(), "endpoint");
  handover.realm = text_member(head->get(), "realm");
  handover.address = text_member(head->get(), "address");
  handover.user = text_member(head->get(), "user");
  handover.tls = bool_member(head->get(), "tls");
  handover.key = text_member(head->get(), "key");
  handover.protocol = text_member(head->get(), "protocol");
  handover.extensions = text_member(head->get(), "extensions");
  handover.drained = std::string(message.substr(end + 1));
  return handover;
}

}  // namespace tws
