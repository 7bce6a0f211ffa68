#include "wamp/session_v1.hpp"

#include <charconv>
#include <cstdint>
#include <utility>

#include "wamp/v1_value.hpp"
#include "wire/error_uris.hpp"
#include "wire/reserved_names.hpp"

namespace tws::wamp {

namespace {

// wamp.ws/spec/wamp1: those that are not written out below.
enum V1Message : std::uint8_t { kPrefix = 1, kCall = 2, kSubscribe = 5, kUnsubscribe = 6, kPublish = 7 };

// Of one topic: each gets each event.
constexpr std::size_t kMaxSpellings = 4;
constexpr std::size_t kMaxCallId = 256;

// Ids of sessions are numbers here, and texts there. What is none is nobody's.
Value ids_of(const Value& texts) {
  Value ids = Value::array();
  for (const Value& text : texts) {
    Id id = 0;
    if (text.is_string()) {
      const auto& digits = text.get_ref<const std::string&>();
      const char* end = digits.data() + digits.size();
      const auto [rest, error] = std::from_chars(digits.data(), end, id);
      id = rest == end ? id : 0;
    }
    ids.push_back(id);
  }
  return ids;
}

// As PHP has it for what is no list.
bool is_truthy(const Value& value) {
  return value.is_string() ? !value.get_ref<const std::string&>().empty() && value != "0"
                           : !value.is_null() && value != false && value != 0;
}

// PUBLISH's excludeMe or exclude, and eligible, as options of v2. There the publisher does not get its own event unless
// it asks for it, and an empty list of eligible ones is nobody.
Value publish_options(const Value& message) {
  Value options = {{"exclude_me", false}};
  if (message.size() > 3 && !message[3].is_array()) {
    options["exclude_me"] = is_truthy(message[3]);
  } else if (message.size() > 3 && !message[3].empty()) {
    options["exclude"] = ids_of(message[3]);
  }
  if (message.size() > 4 && message[4].is_array() && !message[4].empty()) {
    options["eligible"] = ids_of(message[4]);
  }
  return options;
}

}  // namespace

SessionV1::SessionV1(Realm& realm, Transport& transport, const std::string& site_user)
    : Session(realm, transport, site_user, Serializer::kJson) {}

void SessionV1::on_message(std::string_view bytes, bool binary) {
  if (is_closed()) {
    return;
  }
  if (binary) {
    abort(error_uri::kProtocolViolation, "WAMP v1 is sent as text", CloseCode::kUnsupportedData);
    return;
  }
  const auto message = decode(Serializer::kJson, bytes);
  if (!message) {
    const auto& [why, uri] = message.error();
    abort(error_uri::kProtocolViolation, why,
          uri == error_uri::kPayloadSizeExceeded ? CloseCode::kMessageTooBig : CloseCode::kInvalidPayload);
    return;
  }
  if (!message->is_array() || message->size() < 2 || !message->front().is_number_unsigned()) {
    refuse("not a WAMP v1 message: a list of a type and more");
    return;
  }
  if (!is_established()) {
    refuse("WELCOME comes first");
    return;
  }
  switch (message->front().get<std::uint64_t>()) {
    case kPrefix:
      on_prefix(*message);
      break;
    case kCall:
      on_call(*message);
      break;
    case kSubscribe:
      on_subscribe(*message);
      break;
    case kUnsubscribe:
      on_unsubscribe(*message);
      break;
    case kPublish:
      on_publish(*message, bytes.size());
      break;
    default:
      refuse("no message that a client sends");
      break;
  }
}

void SessionV1::on_prefix(const Value& message) {
  if (message.size() != 3 || !message[1].is_string() || !message[2].is_string()) {
    refuse("PREFIX has a prefix and a URI");
    return;
  }
  if (const auto set = prefixes_.set(message[1].get<std::string>(), message[2].get<std::string>()); !set) {
    refuse(set.error().message);
  }
}

void SessionV1::on_call(const Value& message) {
  if (message.size() < 3 || !(message[1].is_string() || message[1].is_number()) || !message[2].is_string()) {
    refuse("CALL has an id and a procedure");
    return;
  }
  std::string id;
  encode(id, Serializer::kJson, message[1]);
  if (id.size() > kMaxCallId) {
    refuse("the id of a CALL has 256 bytes at most");
    return;
  }
  const std::string procedure = prefixes_.resolve(message[2].get_ref<const std::string&>(), realm().policy().curies);
  // Ratchet: a list that is the only argument is the arguments.
  Value args(message.begin() + 3, message.end());
  if (args.size() == 1 && args.front().is_array()) {
    args = Value(args.front());
  }
  Value kwargs;
  // What the server does with the torrents has named arguments only.
  if (is_reserved(procedure) && args.size() == 1 && args.front().is_object()) {
    kwargs = std::exchange(args, Value::array()).front();
  }
  std::string args_bytes;
  std::string kwargs_bytes;
  encode(args_bytes, Serializer::kJson, args);
  encode(kwargs_bytes, Serializer::kJson, kwargs);
  const Id request = ++last_request_;
  calls_.emplace(request, std::move(id));
  call(Message{MessageType::kCall,
               {static_cast<int>(MessageType::kCall), request, Value::object(), procedure},
               Serializer::kJson,
               {.bytes = args_bytes, .is_list = true, .is_empty = args.empty()},
               {.bytes = kwargs_bytes, .is_empty = kwargs.empty()}});
}

void SessionV1::on_subscribe(const Value& message) {
  auto topic = v1_topic(message[1], prefixes_, realm().policy().curies);
  if (!topic) {
    refuse(topic.error().message);
    return;
  }
  if (topics_.contains(topic->spelling)) {
    return;
  }
  if (topics_.size() >= realm().policy().max_subscriptions) {
    transport().count(Refusal::kSubscriptions);
    transport().note(LogLevel::kInfo, "has as many topics as it may, and may not subscribe to ", topic->uri);
    return;
  }
  const Id request = ++last_request_;
  topics_.emplace(topic->spelling, Topic{.request = request});
  subscribing_.emplace(request, std::move(topic->spelling));
  Value options = Value::object();
  // The token that signed the session in may come again with each of the page's topics.
  if (!topic->token.empty() && topic->user != identity().user) {
    options = {{"_user_id", topic->user}, {"_token", topic->token}};
  }
  subscribe(request, {topic->uri, Match::kExact}, options);
}

void SessionV1::on_unsubscribe(const Value& message) {
  const auto topic = v1_topic(message[1], prefixes_, realm().policy().curies);
  if (!topic) {
    refuse(topic.error().message);
    return;
  }
  const auto own = topics_.extract(topic->spelling);
  if (own.empty() || subscribing_.erase(own.mapped().request) > 0) {
    return;
  }
  const Id id = own.mapped().subscription;
  const auto spellings = spellings_.find(id);
  std::erase(spellings->second, topic->spelling);
  if (spellings->second.empty()) {
    spellings_.erase(spellings);
    realm().broker().unsubscribe(*this, own.mapped().request, id);
  }
}

void SessionV1::on_publish(const Value& message, std::size_t bytes) {
  const auto topic = v1_topic(message[1], prefixes_, realm().policy().curies);
  if (!topic || message.size() < 3) {
    refuse(topic ? "PUBLISH has a topic and an event" : topic.error().message);
    return;
  }
  publish(topic->uri, {encoded(Serializer::kJson, Value::array({message[2]})), {}}, publish_options(message), bytes,
          ++last_request_);
}

// WAMP v1 has no answer to PUBLISH.
void SessionV1::send_published(Id /*request*/, const Result<Id>& publication) {
  if (!publication) {
    transport().note(LogLevel::kInfo, "may not publish: ", publication.error().message);
  }
}

bool SessionV1::still_wants(Id request) const { return subscribing_.contains(request); }

void SessionV1::send_subscribed(Id request, const Subscription& subscription) {
  std::string spelling = std::move(subscribing_.extract(request).mapped());
  auto& spellings = spellings_[subscription.id];
  if (spellings.size() >= kMaxSpellings) {
    topics_.erase(spelling);
    transport().note(LogLevel::kInfo, "spells a topic in more ways than it may: ", subscription.pattern.uri);
    return;
  }
  topics_.at(spelling).subscription = subscription.id;
  spellings.push_back(std::move(spelling));
  if (spellings.size() > 1) {
    // To the broker it is nothing new, but it is to the client: of the server's own topics it gets the state.
    realm().broker().resume(*this, subscription.id);
  }
}

void SessionV1::send_result(Id request, const Payload& payload, bool /*is_progress*/) {
  send_text("[3," + calls_.extract(request).mapped() + "," + v1_value(payload) + "]");
}

void SessionV1::send_error(MessageType request_type, Id request, std::string_view uri, const Payload& payload) {
  const Value args = payload.args.empty() ? Value::array() : payload.args.value();
  const std::string message = !args.empty() && args.front().is_string() ? args.front().get<std::string>() : "";
  if (request_type == MessageType::kCall) {
    std::string text = "[4," + calls_.extract(request).mapped() + ",";
    encode(text, Serializer::kJson, uri);
    text.push_back(',');
    encode(text, Serializer::kJson, message);
    if (args.size() > 1 || !payload.kwargs.empty()) {
      text.append(",").append(v1_value(payload));
    }
    send_text(text.append("]"));
    return;
  }
  // WAMP v1 has no answer to SUBSCRIBE.
  topics_.erase(subscribing_.extract(request).mapped());
  transport().note(LogLevel::kInfo, "may not subscribe: ", message);
}

void SessionV1::send_revoked(const Subscription& subscription, std::string_view /*reason*/) {
  const auto own = spellings_.extract(subscription.id);
  for (const std::string& spelling : own.mapped()) {
    topics_.erase(spelling);
  }
}

void SessionV1::send_event(const Event& event) {
  std::vector<FramePtr> frames;
  add_frames(event, frames);
  for (FramePtr& frame : frames) {
    transport().send(std::move(frame));
  }
}

void SessionV1::add_frames(const Event& event, std::vector<FramePtr>& frames) const {
  for (const std::string& spelling : spellings_.at(event.subscription())) {
    frames.push_back(event.v1_head(spelling));
    frames.push_back(event.v1_rest());
  }
}

void SessionV1::send_welcome() {
  send_text(R"([0,")" + std::to_string(id()) + R"(",1,"mod_torrent_ws/)" TWS_VERSION R"("])");
}

// 1000 would say that all is well. What only fails now is worth another try, with the same token.
void SessionV1::send_abort(std::string_view uri, std::string_view message, CloseCode code) {
  const bool is_temporary = uri == error_uri::kDatabaseUnavailable || uri == error_uri::kTimeout;
  const CloseCode refused = is_temporary ? CloseCode::kTryAgainLater : CloseCode::kPolicyViolation;
  transport().close(code == CloseCode::kNormal ? refused : code, message);
}

void SessionV1::refuse(std::string_view why) { abort(error_uri::kProtocolViolation, why, CloseCode::kInvalidPayload); }

void SessionV1::send_text(std::string_view message) { transport().send(text_frame(message)); }

}  // namespace tws::wamp
