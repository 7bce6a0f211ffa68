#include "loop/outbox.hpp"

namespace tws {

void Outbox::push(FramePtr frame) {
  queued_bytes_ += frame->bytes(deflate_).size();
  frames_.push_back(std::move(frame));
}

std::string_view Outbox::next_chunk(std::string& scratch) const {
  if (frames_.empty()) {
    return {};
  }
  const auto first = frames_.front()->bytes(deflate_);
  if (first_offset_ >= first.head.size() && first.size() - first_offset_ >= kChunk) {
    return first.payload.substr(first_offset_ - first.head.size(), kChunk);
  }
  scratch.clear();
  std::size_t offset = first_offset_;
  for (const auto& frame : frames_) {
    const auto bytes = frame->bytes(deflate_);
    if (offset < bytes.head.size()) {
      scratch.append(bytes.head.substr(offset));
      offset = bytes.head.size();
    }
    const std::size_t room = scratch.size() < kChunk ? kChunk - scratch.size() : 0;
    const auto rest = bytes.payload.substr(offset - bytes.head.size());
    scratch.append(rest.substr(0, room));
    if (rest.size() > room || scratch.size() >= kChunk) {
      break;
    }
    offset = 0;
  }
  return scratch;
}

void Outbox::consume(std::size_t size) {
  queued_bytes_ -= size;
  first_offset_ += size;
  while (!frames_.empty() && first_offset_ >= frames_.front()->bytes(deflate_).size()) {
    first_offset_ -= frames_.front()->bytes(deflate_).size();
    frames_.pop_front();
  }
}

}  // namespace tws
