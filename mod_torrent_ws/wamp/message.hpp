// Messages of WAMP v2 (wamp-proto, rfc/text/basic and advanced): reading what a client sent, and building what it gets.
// No thread affinity.
#pragma once

#include <string>
#include <string_view>

#include "support/result.hpp"
#include "wamp/payload.hpp"
#include "wamp/serializer.hpp"
#include "wamp/value.hpp"

namespace tws::wamp {

enum class MessageType : int {
  kHello = 1,
  kWelcome = 2,
  kAbort = 3,
  kChallenge = 4,
  kAuthenticate = 5,
  kGoodbye = 6,
  kError = 8,
  kPublish = 16,
  kPublished = 17,
  kSubscribe = 32,
  kSubscribed = 33,
  kUnsubscribe = 34,
  kUnsubscribed = 35,
  kEvent = 36,
  kCall = 48,
  kCancel = 49,
  kResult = 50,
  kRegister = 64,
  kRegistered = 65,
  kUnregister = 66,
  kUnregistered = 67,
  kInvocation = 68,
  kInterrupt = 69,
  kYield = 70,
};

// As the specification writes it, such as "SUBSCRIBE".
std::string_view name_of(MessageType type);

// A message from a client whose fields have the types that its kind asks for.
struct Message {
  MessageType type;
  Value list;  // without the arguments
  Serializer serializer;
  PartlyDecoded::Part args;  // of the bytes that were parsed, which have to be there still
  PartlyDecoded::Part kwargs;

  [[nodiscard]] Id id(std::size_t index) const { return list[index].get<Id>(); }
  [[nodiscard]] const std::string& text(std::size_t index) const { return list[index].get_ref<const std::string&>(); }
  [[nodiscard]] const Value& field(std::size_t index) const { return list[index]; }
  [[nodiscard]] const Value& dict(std::size_t index) const { return field(index); }
};

// An error when the message is none that a client may send, for ABORT: its URI is wamp.error.protocol_violation, or
// wamp.error.payload_size_exceeded.
Result<Message> parse_message(Serializer serializer, std::string_view bytes);

// The arguments of a message, to be passed on.
Payload payload_of(const Message& message);

// The same, to be read.
struct Arguments {
  Value args = Value::array();
  Value kwargs = Value::object();
};
Result<Arguments> arguments_of(const Message& message);

// Builds one message out of its fields, in order.
class MessageBuilder {
 public:
  MessageBuilder(Serializer serializer, MessageType type);
  MessageBuilder& id(Id id) { return value(id); }
  MessageBuilder& text(std::string_view text) { return value(text); }
  MessageBuilder& value(const Value& value);
  MessageBuilder& dict() { return value(Value::object()); }
  // Leaves out what is empty, never null: args only where kwargs follow, and nothing at all without both.
  MessageBuilder& payload(const Payload& payload);
  // Once, at the end.
  std::string finish();

 private:
  MessageBuilder& encoded(std::string_view field);

  Serializer serializer_;
  std::string bytes_;
  unsigned char fields_ = 0;
};

}  // namespace tws::wamp
