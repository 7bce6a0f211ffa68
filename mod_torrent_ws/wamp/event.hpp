// Event: one EVENT on its way to the subscribers of one subscription; made at most once for each serializer. Event-loop
// thread only.
#pragma once

#include <array>
#include <memory>

#include "wamp/message.hpp"
#include "websocket/frame.hpp"

namespace tws::wamp {

// A whole message as the frame that its serializer is sent in.
FramePtr to_frame(Serializer serializer, std::string_view message);

class Event {
 public:
  Event(Id subscription, Id publication, Value details, PayloadPtr payload)
      : subscription_(subscription),
        publication_(publication),
        details_(std::move(details)),
        payload_(std::move(payload)) {}

  [[nodiscard]] const FramePtr& frame(Serializer serializer) const;

  // The same in WAMP v1, [8, topic, event], in two frames: the first has the topic as the client spells it, as JSON;
  // the second is one for all of them.
  [[nodiscard]] const FramePtr& v1_head(const std::string& spelling) const;
  [[nodiscard]] const FramePtr& v1_rest() const;

  [[nodiscard]] Id subscription() const { return subscription_; }

 private:
  Id subscription_;
  Id publication_;
  Value details_;
  PayloadPtr payload_;
  mutable std::array<FramePtr, kSerializers.size()> frames_;
  mutable FramePtr v1_rest_;
  mutable FramePtr v1_head_;  // most clients spell it alike
  mutable std::string v1_spelling_;
};

using EventPtr = std::shared_ptr<const Event>;

}  // namespace tws::wamp
