#include "wamp/event.hpp"

#include "wamp/v1_value.hpp"

namespace tws::wamp {

FramePtr to_frame(Serializer serializer, std::string_view message) {
  return std::make_shared<const Frame>(is_binary(serializer) ? Opcode::kBinary : Opcode::kText, message);
}

const FramePtr& Event::frame(Serializer serializer) const {
  FramePtr& frame = frames_.at(static_cast<std::size_t>(serializer));
  if (!frame) {
    frame = to_frame(serializer, MessageBuilder(serializer, MessageType::kEvent)
                                     .id(subscription_)
                                     .id(publication_)
                                     .value(details_)
                                     .payload(*payload_)
                                     .finish());
  }
  return frame;
}

const FramePtr& Event::v1_rest() const {
  if (!v1_rest_) {
    v1_rest_ = std::make_shared<const Frame>(Opcode::kContinuation, "," + v1_value(*payload_) + "]");
  }
  return v1_rest_;
}

const FramePtr& Event::v1_head(const std::string& spelling) const {
  if (!v1_head_ || v1_spelling_ != spelling) {
    v1_head_ = std::make_shared<const Frame>(Opcode::kText, "[8," + spelling, v1_rest());
    v1_spelling_ = spelling;
  }
  return v1_head_;
}

}  // namespace tws::wamp
