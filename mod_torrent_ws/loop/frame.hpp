// Frame: one server-to-client WebSocket message, framed (RFC 6455, 5.2) and compressed (RFC 7692) at
// most once, however many clients it goes to. The one place where WebSocket framing is done by hand:
// servers do not mask, so the same bytes serve everybody.
//
// Event-loop thread only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tws {

enum class Opcode : unsigned char { kText = 0x1, kBinary = 0x2 };

class Frame {
 public:
  Frame(Opcode opcode, std::string payload);

  // The bytes to send: a head and a payload, to be written one behind the other. With `deflate` they
  // are the compressed form where that is shorter, for clients that negotiated permessage-deflate.
  struct Bytes {
    std::string_view head;
    std::string_view payload;
    [[nodiscard]] std::size_t size() const { return head.size() + payload.size(); }
  };
  [[nodiscard]] Bytes bytes(bool deflate) const;

 private:
  struct Form {
    std::string head;
    std::string payload;
  };

  Opcode opcode_;
  Form plain_;
  mutable bool deflate_tried_ = false;
  mutable std::optional<Form> deflated_;
};

using FramePtr = std::shared_ptr<const Frame>;

inline FramePtr text_frame(std::string payload) {
  return std::make_shared<const Frame>(Opcode::kText, std::move(payload));
}

}  // namespace tws
