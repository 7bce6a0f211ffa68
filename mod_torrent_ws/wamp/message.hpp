// Messages of WAMP v2 (wamp-proto, rfc/text/basic): reading what a client sent, and building what it
// gets. Serialisation is JSON. No thread affinity.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "support/json.hpp"
#include "support/result.hpp"

namespace tws::wamp {

using Id = std::uint64_t;
inline constexpr Id kMaxId = 1ULL << 53;

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
  kResult = 50,
  kRegister = 64,
  kRegistered = 65,
  kUnregister = 66,
  kUnregistered = 67,
  kInvocation = 68,
  kYield = 70,
};

// As the specification writes it, such as "SUBSCRIBE".
std::string_view name_of(MessageType type);

// A message from a client whose fields have the types that its kind asks for.
struct Message {
  MessageType type;
  Json list;  // the whole message

  [[nodiscard]] Id id(std::size_t index) const;
  [[nodiscard]] std::string_view text(std::size_t index) const;
  [[nodiscard]] const json_t* dict(std::size_t index) const { return json_array_get(list.get(), index); }
};

// An error when the message is none that a client may send, for ABORT wamp.error.protocol_violation.
Result<Message> parse_message(std::string_view text);

// Arguments on their way through, as JSON text: never parsed where they are only passed on.
struct Payload {
  std::string args;    // a JSON array, or empty
  std::string kwargs;  // a JSON object, or empty
};

// The arguments of a message from `index` on.
Payload payload_of(const Message& message, std::size_t index);

// Builds one message: integers, texts and ready-made JSON in order, then possibly a payload.
class MessageBuilder {
 public:
  explicit MessageBuilder(MessageType type);
  MessageBuilder& id(Id value);
  MessageBuilder& text(std::string_view value);
  MessageBuilder& json(std::string_view encoded);
  MessageBuilder& json(const json_t* value);
  // Leaves out what is empty, never null: args only where kwargs follow, and nothing at all without both.
  MessageBuilder& payload(const Payload& payload);
  std::string finish();

 private:
  void comma() { text_.push_back(','); }
  std::string text_;
};

// ERROR for a request of a client.
std::string error_message(MessageType request_type, Id request, std::string_view uri, const Payload& payload);

// A payload that explains an error to people: args [message].
Payload explanation(std::string_view message);

}  // namespace tws::wamp
