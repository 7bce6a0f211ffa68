// Frame: one server-to-client message as WebSocket frames (RFC 6455, 5.2), framed and compressed
// (RFC 7692) at most once, however many clients it goes to. The one place where WebSocket framing is
// done by hand: servers do not mask, so the same bytes serve everybody.
//
// A long message is cut into fragments, since libwebsockets sends its own control frames (pongs, pings)
// between two writes: there they may stand only between two fragments.
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
  Frame(Opcode opcode, std::string_view payload);

  // The bytes to send. With `deflate` they are the compressed form where that is shorter, for clients
  // that negotiated permessage-deflate.
  [[nodiscard]] std::string_view wire(bool deflate) const;

  // What it was made of, put together again.
  [[nodiscard]] std::string payload() const;

  // A fragment of wire() begins at each multiple of this; the last one may be shorter.
  static constexpr std::size_t kFragment = 64UL << 10;

 private:
  [[nodiscard]] std::string deflated_payload() const;

  Opcode opcode_;
  std::string plain_;
  mutable bool deflate_tried_ = false;
  mutable std::optional<std::string> deflated_;
};

using FramePtr = std::shared_ptr<const Frame>;

inline FramePtr text_frame(std::string_view payload) { return std::make_shared<const Frame>(Opcode::kText, payload); }

}  // namespace tws
