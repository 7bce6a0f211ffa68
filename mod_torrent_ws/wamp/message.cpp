#include "wamp/message.hpp"

#include <array>
#include <string_view>

namespace tws::wamp {

namespace {

// The fields of each message that a client may send: i id, t text, d dictionary, n integer; small
// letters are required, then args and kwargs may follow where `payload` says so.
struct Shape {
  MessageType type;
  std::string_view name;
  std::string_view fields;
  bool payload;
};

constexpr std::array kShapes = {
    Shape{MessageType::kHello, "HELLO", "td", false},
    Shape{MessageType::kAbort, "ABORT", "dt", true},
    Shape{MessageType::kAuthenticate, "AUTHENTICATE", "td", false},
    Shape{MessageType::kGoodbye, "GOODBYE", "dt", false},
    Shape{MessageType::kError, "ERROR", "nidt", true},
    Shape{MessageType::kPublish, "PUBLISH", "idt", true},
    Shape{MessageType::kSubscribe, "SUBSCRIBE", "idt", false},
    Shape{MessageType::kUnsubscribe, "UNSUBSCRIBE", "ii", false},
    Shape{MessageType::kCall, "CALL", "idt", true},
    Shape{MessageType::kRegister, "REGISTER", "idt", false},
    Shape{MessageType::kUnregister, "UNREGISTER", "ii", false},
    Shape{MessageType::kYield, "YIELD", "id", true},
};

const Shape* shape_of(json_int_t type) {
  for (const Shape& shape : kShapes) {
    if (static_cast<json_int_t>(shape.type) == type) {
      return &shape;
    }
  }
  return nullptr;
}

bool has_kind(const json_t* value, char kind) {
  switch (kind) {
    case 'i':
      return json_is_integer(value) && json_integer_value(value) >= 1 &&
             static_cast<Id>(json_integer_value(value)) <= kMaxId;
    case 'n':
      return json_is_integer(value);
    case 't':
      return json_is_string(value);
    default:
      return json_is_object(value);
  }
}

bool fits(const json_t* list, const Shape& shape) {
  const std::size_t size = json_array_size(list);
  const std::size_t required = shape.fields.size() + 1;
  if (size < required || size > required + (shape.payload ? 2 : 0)) {
    return false;
  }
  for (std::size_t i = 1; i < required; ++i) {
    if (!has_kind(json_array_get(list, i), shape.fields[i - 1])) {
      return false;
    }
  }
  const json_t* args = json_array_get(list, required);
  const json_t* kwargs = json_array_get(list, required + 1);
  return (args == nullptr || json_is_array(args)) && (kwargs == nullptr || json_is_object(kwargs));
}

}  // namespace

std::string_view name_of(MessageType type) {
  const Shape* shape = shape_of(static_cast<json_int_t>(type));
  return shape == nullptr ? "a message that only a router sends" : shape->name;
}

Id Message::id(std::size_t index) const { return static_cast<Id>(json_integer_value(dict(index))); }
std::string_view Message::text(std::size_t index) const { return string_of(dict(index)); }

Result<Message> parse_message(std::string_view text) {
  auto list = parse_json(text);
  if (!list) {
    return list.error();
  }
  const json_t* first = json_array_get(list->get(), 0);
  if (!json_is_integer(first)) {
    return Error{"not a WAMP message: a list that begins with an integer", {}};
  }
  const Shape* shape = shape_of(json_integer_value(first));
  if (shape == nullptr) {
    return Error{"no message type " + std::to_string(json_integer_value(first)) + " from a client", {}};
  }
  if (!fits(list->get(), *shape)) {
    return Error{"malformed message of type " + std::to_string(json_integer_value(first)), {}};
  }
  return Message{shape->type, std::move(*list)};
}

Payload payload_of(const Message& message, std::size_t index) {
  Payload payload;
  const json_t* args = message.dict(index);
  const json_t* kwargs = message.dict(index + 1);
  if (json_array_size(args) > 0) {
    append_json(payload.args, args);
  }
  if (json_object_size(kwargs) > 0) {
    append_json(payload.kwargs, kwargs);
  }
  return payload;
}

MessageBuilder::MessageBuilder(MessageType type) : text_("[" + std::to_string(static_cast<int>(type))) {}

MessageBuilder& MessageBuilder::id(Id value) {
  comma();
  text_.append(std::to_string(value));
  return *this;
}

MessageBuilder& MessageBuilder::text(std::string_view value) {
  comma();
  append_json_string(text_, value);
  return *this;
}

MessageBuilder& MessageBuilder::json(std::string_view encoded) {
  comma();
  text_.append(encoded);
  return *this;
}

MessageBuilder& MessageBuilder::json(const json_t* value) {
  comma();
  append_json(text_, value);
  return *this;
}

MessageBuilder& MessageBuilder::payload(const Payload& payload) {
  if (!payload.args.empty() || !payload.kwargs.empty()) {
    json(payload.args.empty() ? std::string_view("[]") : payload.args);
  }
  if (!payload.kwargs.empty()) {
    json(payload.kwargs);
  }
  return *this;
}

std::string MessageBuilder::finish() {
  text_.push_back(']');
  return std::move(text_);
}

std::string error_message(MessageType request_type, Id request, std::string_view uri, const Payload& payload) {
  return MessageBuilder(MessageType::kError)
      .id(static_cast<Id>(request_type))
      .id(request)
      .json("{}")
      .text(uri)
      .payload(payload)
      .finish();
}

Payload explanation(std::string_view message) {
  Payload payload;
  payload.args.push_back('[');
  append_json_string(payload.args, message);
  payload.args.push_back(']');
  return payload;
}

}  // namespace tws::wamp
