#include "handlers/handler_messages.hpp"

#include "wamp/message.hpp"
#include "wamp/session.hpp"

namespace tws {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view without_blanks(std::string_view text) {
  return text.substr(std::min(text.size(), text.find_first_not_of(kBlanks)));
}

}  // namespace

bool is_client(const wamp::Session& session) { return session.identity().method != wamp::kLocalAdministrator; }

HandlerBody::HandlerBody(const wamp::Session& session) {
  const wamp::Receiver who = session.receiver();
  value("session", who.session);
  text("user", who.user).text("role", who.role).text("address", session.transport().info().address);
}

HandlerBody& HandlerBody::encoded(std::string_view name, std::string_view json) {
  json_.append(json_.size() > 1 ? "," : "").append("\"").append(name).append("\":").append(json);
  return *this;
}

HandlerBody& HandlerBody::value(std::string_view name, const wamp::Value& value) {
  std::string json;
  wamp::encode(json, wamp::Serializer::kJson, value);
  return encoded(name, json);
}

HandlerBody& HandlerBody::text(std::string_view name, std::string_view text) { return value(name, text); }

HandlerBody& HandlerBody::topics(const UriPattern& topics) {
  text("topic", topics.uri);
  return topics.match == Match::kExact ? *this : text("match", name_of(topics.match));
}

HandlerBody& HandlerBody::payload(const wamp::Payload& payload) {
  encoded("args", payload.args.empty() ? "[]" : payload.args.in(wamp::Serializer::kJson));
  return encoded("kwargs", payload.kwargs.empty() ? "{}" : payload.kwargs.in(wamp::Serializer::kJson));
}

std::string HandlerBody::finish() { return std::move(json_.append("}")); }

Result<std::optional<wamp::Payload>> payload_of_result(std::string_view body) {
  const Error wrong{"a result's body is [args, kwargs], a list and an object, or nothing", {}};
  body = without_blanks(body);
  if (body.empty()) {
    return std::optional<wamp::Payload>();
  }
  if (body.front() != '[') {
    return wrong;
  }
  // Read as a message is whose arguments are passed on: behind a first field.
  const std::string_view rest = without_blanks(body.substr(1));
  const std::string list = std::string(rest.starts_with(']') ? "[0" : "[0,").append(rest);
  const auto decoded =
      wamp::decode_partly(wamp::Serializer::kJson, list, [](const wamp::Value& /*first*/) { return std::size_t{1}; });
  if (!decoded || decoded->rest.size() > 2) {
    return wrong;
  }
  wamp::Message message{wamp::MessageType::kYield, {}, wamp::Serializer::kJson, {}, {}};
  for (std::size_t i = 0; i < decoded->rest.size(); ++i) {
    const auto& part = decoded->rest[i];
    if (part.is_list != (i == 0)) {
      return wrong;
    }
    (i == 0 ? message.args : message.kwargs) = part;
  }
  return std::optional(wamp::payload_of(message));
}

}  // namespace tws
