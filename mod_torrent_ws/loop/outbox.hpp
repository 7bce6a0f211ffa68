// Outbox: the frames that wait to be sent to one client, and how far the first one has gone.
// Frames are shared, so that a thousand clients queue one copy. Event-loop thread only.
#pragma once

#include <deque>
#include <string>

#include "loop/frame.hpp"

namespace tws {

class Outbox {
 public:
  explicit Outbox(bool deflate) : deflate_(deflate) {}

  void push(FramePtr frame);

  [[nodiscard]] bool empty() const { return frames_.empty(); }
  [[nodiscard]] std::size_t queued_bytes() const { return queued_bytes_; }

  // The next bytes to write, whole fragments, empty when there are none: small ones are put together in
  // `scratch`, so that they cost one write; a full fragment is given as it lies.
  std::string_view next_chunk(std::string& scratch) const;

  // Drops what is not written.
  void clear();

  // Counts all of the last next_chunk() as written.
  void consume(std::size_t size);

 private:
  bool deflate_;
  std::deque<FramePtr> frames_;
  std::size_t first_offset_ = 0;  // bytes of the first frame that are written, whole fragments
  std::size_t queued_bytes_ = 0;
};

}  // namespace tws
