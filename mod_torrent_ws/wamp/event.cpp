#include "wamp/event.hpp"

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

}  // namespace tws::wamp
