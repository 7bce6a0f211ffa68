#include "websocket/outbox.hpp"

#include <algorithm>

namespace tws {

namespace {

constexpr std::size_t kMostUrgent = 128;
// What is deflated to less counts as so much of itself: it is kept as it was as well.
constexpr std::size_t kMostDeflation = 8;

}  // namespace

void Outbox::push(FramePtr frame) {
  queued_bytes_ += frame->wire(window_bits_).size();
  frames_cost_ += cost_of(*frame);
  frames_.push_back(std::move(frame));
}

std::size_t Outbox::cost_of(const Frame& frame) const {
  const std::size_t least = frame.wire(0).size() / kMostDeflation;
  const std::size_t sent = frame.wire(window_bits_).size();
  return kFrameCost + (least > sent ? least - sent : 0);
}

void Outbox::push_urgent(std::string bytes) {
  if (urgent_.size() == kMostUrgent) {
    // The first one may be on its way.
    queued_bytes_ -= urgent_[1].size();
    urgent_.erase(urgent_.begin() + 1);
  }
  queued_bytes_ += bytes.size();
  urgent_.push_back(std::move(bytes));
}

std::string_view Outbox::rest_of_fragment() const {
  const std::size_t begun = frame_offset_ % Frame::kFragment;
  return begun == 0 ? std::string_view{}
                    : frames_.front()->wire(window_bits_).substr(frame_offset_, Frame::kFragment - begun);
}

std::string_view Outbox::next_chunk(std::string& scratch) const {
  if (const auto rest = rest_of_fragment(); !rest.empty()) {
    return rest;
  }
  scratch.clear();
  for (const auto& bytes : urgent_) {
    scratch.append(std::string_view(bytes).substr(scratch.empty() ? urgent_offset_ : 0));
  }
  std::size_t offset = frame_offset_;
  for (const auto& frame : frames_) {
    const auto fragment = frame->wire(window_bits_).substr(offset, Frame::kFragment);
    if (scratch.empty() && (fragment.size() == Frame::kFragment || frames_.size() == 1)) {
      return fragment;
    }
    if (scratch.size() + fragment.size() > Frame::kFragment) {
      break;
    }
    scratch.append(fragment);
    offset = 0;
  }
  return scratch;
}

void Outbox::clear() {
  std::string begun(rest_of_fragment());
  if (urgent_offset_ > 0) {
    begun = urgent_.front().substr(urgent_offset_);
  }
  *this = Outbox(window_bits_);
  if (!begun.empty()) {
    push_urgent(std::move(begun));
  }
}

void Outbox::consume(std::size_t size) {
  queued_bytes_ -= size;
  if (rest_of_fragment().empty()) {
    while (size > 0 && !urgent_.empty()) {
      const std::size_t taken = std::min(size, urgent_.front().size() - urgent_offset_);
      size -= taken;
      urgent_offset_ += taken;
      if (urgent_offset_ == urgent_.front().size()) {
        urgent_.pop_front();
        urgent_offset_ = 0;
      }
    }
  }
  consume_frames(size);
}

void Outbox::consume_frames(std::size_t size) {
  frame_offset_ += size;
  while (!frames_.empty() && frame_offset_ >= frames_.front()->wire(window_bits_).size()) {
    frame_offset_ -= frames_.front()->wire(window_bits_).size();
    frames_cost_ -= cost_of(*frames_.front());
    frames_.pop_front();
  }
}

}  // namespace tws
