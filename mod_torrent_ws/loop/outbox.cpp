#include "loop/outbox.hpp"

namespace tws {

void Outbox::push(FramePtr frame) {
  queued_bytes_ += frame->wire(deflate_).size();
  frames_.push_back(std::move(frame));
}

std::string_view Outbox::next_chunk(std::string& scratch) const {
  scratch.clear();
  std::size_t offset = first_offset_;
  for (const auto& frame : frames_) {
    const auto fragment = frame->wire(deflate_).substr(offset, Frame::kFragment);
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
  frames_.clear();
  first_offset_ = 0;
  queued_bytes_ = 0;
}

void Outbox::consume(std::size_t size) {
  queued_bytes_ -= size;
  first_offset_ += size;
  while (!frames_.empty() && first_offset_ >= frames_.front()->wire(deflate_).size()) {
    first_offset_ -= frames_.front()->wire(deflate_).size();
    frames_.pop_front();
  }
}

}  // namespace tws
