// Outbox: what waits to be sent to one client: frames, how far the first one has gone, and control frames, which
// overtake them between two fragments. Frames are shared, so that a thousand clients queue one copy.
// Event-loop thread only.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "websocket/frame.hpp"

namespace tws {

class Outbox {
 public:
  // window_bits: see Frame::wire().
  explicit Outbox(int window_bits) : window_bits_(window_bits) {}

  void push(FramePtr frame);

  // Goes out before every message, as soon as the present fragment is out. Of more than a client can have asked for
  // in good faith the older ones are left out (RFC 6455, 5.5.3: the latest ping is to be answered).
  void push_urgent(std::string bytes);

  [[nodiscard]] bool empty() const { return frames_.empty() && urgent_.empty(); }
  [[nodiscard]] std::size_t queued_bytes() const { return queued_bytes_; }
  // Of memory, at most: a small frame is more than its bytes.
  [[nodiscard]] std::size_t cost() const { return queued_bytes_ + frames_cost_ + urgent_.size() * kFrameCost; }

  // The next bytes to write, empty when there are none: small frames are put together in `scratch`, so that they cost
  // one write; a full fragment is given as it lies.
  std::string_view next_chunk(std::string& scratch) const;

  // Drops what is not begun: only the present fragment still goes out.
  void clear();

  // Counts so many bytes of the last next_chunk() as written.
  void consume(std::size_t size);

 private:
  [[nodiscard]] std::string_view rest_of_fragment() const;
  void consume_frames(std::size_t size);

  // Beside the bytes that are sent of it.
  [[nodiscard]] std::size_t cost_of(const Frame& frame) const;

  static constexpr std::size_t kFrameCost = 192;

  int window_bits_;
  std::deque<FramePtr> frames_;
  std::size_t frame_offset_ = 0;  // bytes of the first frame that are written
  std::deque<std::string> urgent_;
  std::size_t urgent_offset_ = 0;  // bytes of the first of those that are written
  std::size_t queued_bytes_ = 0;
  std::size_t frames_cost_ = 0;
};

}  // namespace tws
