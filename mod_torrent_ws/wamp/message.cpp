#include "wamp/message.hpp"

#include <algorithm>
#include <array>

#include "wamp/options.hpp"
#include "wire/error_uris.hpp"

namespace tws::wamp {

namespace {

// The fields of each message that a client may send: i id, t text, d dictionary, n integer; then args and kwargs may
// follow where `payload` says so.
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
    Shape{MessageType::kCancel, "CANCEL", "id", false},
    Shape{MessageType::kRegister, "REGISTER", "idt", false},
    Shape{MessageType::kUnregister, "UNREGISTER", "ii", false},
    Shape{MessageType::kYield, "YIELD", "id", true},
};

// The first byte of a list of `n` fields, which is below 16: RFC 8949, 3; MessagePack, "array format family".
constexpr unsigned char kCborList = 0x80;
constexpr unsigned char kMsgpackList = 0x90;

const Shape* shape_of(const Value& type) {
  const auto* found = std::find_if(kShapes.begin(), kShapes.end(), [&type](const Shape& shape) {
    return type.is_number_integer() && type == static_cast<int>(shape.type);
  });
  return found == kShapes.end() ? nullptr : found;
}

bool has_kind(const Value& value, char kind) {
  switch (kind) {
    case 'i':
      return to_id(value).has_value();
    case 'n':
      return value.is_number_integer();
    case 't':
      return value.is_string();
    default:
      return value.is_object();
  }
}

std::size_t fields_of(const Value& type) {
  const Shape* shape = shape_of(type);
  return shape == nullptr || !shape->payload ? kMaxValues : shape->fields.size() + 1;
}

bool fits(const PartlyDecoded& message, const Shape& shape) {
  const Value& list = message.list;
  if (list.size() != shape.fields.size() + 1 || message.rest.size() > 2) {
    return false;
  }
  for (std::size_t i = 1; i < list.size(); ++i) {
    if (!has_kind(list[i], shape.fields[i - 1])) {
      return false;
    }
  }
  return (message.rest.empty() || message.rest.front().is_list) &&
         (message.rest.size() < 2 || !message.rest.back().is_list);
}

Error violation(std::string message) { return {std::move(message), error_uri::kProtocolViolation}; }

}  // namespace

std::string_view name_of(MessageType type) {
  const Shape* shape = shape_of(static_cast<int>(type));
  return shape == nullptr ? "a message that only a router sends" : shape->name;
}

Result<Message> parse_message(Serializer serializer, std::string_view bytes) {
  auto decoded = decode_partly(serializer, bytes, fields_of);
  if (!decoded) {
    return decoded.error().uri.empty() ? violation(decoded.error().message) : decoded.error();
  }
  Value& list = decoded->list;
  if (!list.is_array() || list.empty() || !list.front().is_number_integer()) {
    return violation("not a WAMP message: a list that begins with an integer");
  }
  const std::string type = list.front().dump();
  const Shape* shape = shape_of(list.front());
  if (shape == nullptr) {
    return violation("no message type " + type + " from a client");
  }
  if (!fits(*decoded, *shape)) {
    return violation("malformed message of type " + type);
  }
  const auto options = std::find_if(list.begin(), list.end(), [](const Value& field) { return field.is_object(); });
  if (const auto wrong = options != list.end() ? wrong_option(shape->type, *options) : std::nullopt) {
    return violation(*wrong);
  }
  decoded->rest.resize(2);
  return Message{shape->type, std::move(list), serializer, decoded->rest[0], decoded->rest[1]};
}

Payload payload_of(const Message& message) {
  const auto fragment_of = [&message](const PartlyDecoded::Part& part) {
    if (part.is_empty) {
      return Fragment();
    }
    return part.is_plain ? Fragment(message.serializer, std::string(part.bytes))
                         : Fragment(decode_trusted(message.serializer, part.bytes));
  };
  return {fragment_of(message.args), fragment_of(message.kwargs)};
}

Result<Arguments> arguments_of(const Message& message) {
  Arguments arguments;
  for (const auto& [part, value] : {std::pair{&message.args, &arguments.args}, {&message.kwargs, &arguments.kwargs}}) {
    if (part->is_empty) {
      continue;
    }
    auto decoded = decode(message.serializer, part->bytes);
    if (!decoded) {
      return Error{decoded.error().message, error_uri::kInvalidArgument};
    }
    *value = std::move(*decoded);
  }
  return arguments;
}

MessageBuilder::MessageBuilder(Serializer serializer, MessageType type)
    : serializer_(serializer), bytes_(1, serializer == Serializer::kJson ? '[' : '\0') {
  value(static_cast<int>(type));
}

MessageBuilder& MessageBuilder::value(const Value& value) {
  std::string field;
  encode(field, serializer_, value);
  return encoded(field);
}

MessageBuilder& MessageBuilder::encoded(std::string_view field) {
  if (fields_++ > 0 && serializer_ == Serializer::kJson) {
    bytes_.push_back(',');
  }
  bytes_.append(field);
  return *this;
}

MessageBuilder& MessageBuilder::payload(const Payload& payload) {
  if (!payload.args.empty()) {
    encoded(payload.args.in(serializer_));
  } else if (!payload.kwargs.empty()) {
    value(Value::array());
  }
  return payload.kwargs.empty() ? *this : encoded(payload.kwargs.in(serializer_));
}

std::string MessageBuilder::finish() {
  if (serializer_ == Serializer::kJson) {
    bytes_.push_back(']');
  } else {
    bytes_.front() = static_cast<char>((serializer_ == Serializer::kCbor ? kCborList : kMsgpackList) | fields_);
  }
  return std::move(bytes_);
}

}  // namespace tws::wamp
