// What holds for each decoder, whatever it gets: what it takes can be encoded and gives the same again, in all
// serializers.
#pragma once

#include <cstdlib>
#include <string>

#include "wamp/message.hpp"

namespace tws::wamp {

// NaN equals nothing, and JSON has none; what is larger than JSON's numbers in text comes back rounded.
inline bool has_float(const Value& value) {
  if (value.is_structured()) {
    for (const Value& part : value) {
      if (has_float(part)) {
        return true;
      }
    }
  }
  return value.is_number_float();
}

// A text that JSON would take for a binary value, which is none elsewhere; and an extension of MessagePack, which is
// none in others.
inline bool is_ambiguous(const Value& value) {
  if (value.is_structured()) {
    for (const Value& part : value) {
      if (is_ambiguous(part)) {
        return true;
      }
    }
  }
  const auto* text = value.get_ptr<const std::string*>();
  return (text != nullptr && !text->empty() && text->front() == '\0') ||
         (value.is_binary() && value.get_binary().has_subtype());
}

inline void check_decoder(Serializer serializer, std::string_view bytes) {
  const auto decoded = decode(serializer, bytes);
  if (decoded && !has_float(*decoded) && !is_ambiguous(*decoded)) {
    for (const Serializer other : kSerializers) {
      std::string encoded;
      encode(encoded, other, *decoded);
      const auto again = decode(other, encoded);
      if (!again || *again != *decoded || decode_trusted(other, encoded) != *decoded) {
        std::abort();
      }
    }
  }
  const auto message = parse_message(serializer, bytes);
  if (!message) {
    return;
  }
  const auto payload = payload_of(*message);
  for (const Serializer other : kSerializers) {
    MessageBuilder builder(other, MessageType::kEvent);
    const std::string event = builder.id(1).id(2).dict().payload(payload).finish();
    // A dictionary that is passed on may have a key twice, and only there.
    if (!decode(other, event) && arguments_of(*message)) {
      std::abort();
    }
  }
}

}  // namespace tws::wamp
