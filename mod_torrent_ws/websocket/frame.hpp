// Frame: one server-to-client message as WebSocket frames (RFC 6455, 5.2), framed and compressed
// (RFC 7692) at most once, however many clients it goes to. The one place where WebSocket framing is
// done by hand: servers do not mask, so the same bytes serve everybody.
//
// A long message is cut into fragments, since pings, pongs and close frames may stand only between two of them.
//
// Event-loop thread only.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tws {

enum class Opcode : unsigned char {
  kContinuation = 0x0,
  kText = 0x1,
  kBinary = 0x2,
  kClose = 0x8,
  kPing = 0x9,
  kPong = 0xA
};

class Frame {
 public:
  // kContinuation: the rest of a message that others begin.
  Frame(Opcode opcode, std::string_view payload);
  // The beginning of a message, at most 64 kB less 16 bytes, whose rest is a frame that others share. Both are sent,
  // one behind the other.
  Frame(Opcode opcode, std::string_view beginning, std::shared_ptr<const Frame> rest);

  // The bytes to send. `window_bits` is what a client that negotiated permessage-deflate can inflate (8 to 15): then
  // they are the compressed form where that is shorter. 0: it negotiated none.
  [[nodiscard]] std::string_view wire(int window_bits) const;

  // What it was made of, put together again.
  [[nodiscard]] std::string payload() const;

  // A fragment of wire() begins at each multiple of this; the last one may be shorter.
  static constexpr std::size_t kFragment = 64UL << 10;

 private:
  struct Deflated {
    int window_bits;
    std::string wire;  // empty: no shorter than the plain form
  };

  [[nodiscard]] bool is_deflated(int window_bits) const { return wire(window_bits).data() != plain_.data(); }
  [[nodiscard]] std::string deflated_wire(int window_bits) const;
  [[nodiscard]] std::string deflated_payload(int window_bits) const;

  Opcode opcode_;
  std::string plain_;
  std::shared_ptr<const Frame> rest_;  // of a beginning
  std::string before_deflated_;        // of a beginning: what it is where the rest is deflated
  // One for each window that some client has: mostly one.
  mutable std::vector<Deflated> deflated_;
};

using FramePtr = std::shared_ptr<const Frame>;

inline FramePtr text_frame(std::string_view payload) { return std::make_shared<const Frame>(Opcode::kText, payload); }

// A ping or pong, which goes to one client; at most 125 bytes of payload.
std::string control_frame(Opcode opcode, std::string_view payload);

}  // namespace tws
