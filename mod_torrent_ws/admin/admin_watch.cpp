#include "admin/admin_watch.hpp"

#include <algorithm>

#include "admin/admin_answers.hpp"

namespace tws {

namespace {

// A snapshot is taken whole when nothing waits; what comes behind it is bounded.
constexpr std::size_t kMaxQueuedBytes = 8UL << 20;
constexpr std::size_t kMaxQueuedEvents = kMaxQueuedBytes / 2;
constexpr std::size_t kErrorArguments = 5;

}  // namespace

AdminWatch::AdminWatch(LineLink& link, wamp::Realm& realm, const std::string& topic)
    : link_(link), topic_(topic), session_(realm, *this, wamp::Identity{kUser, kMethod}) {
  using wamp::MessageBuilder;
  using wamp::MessageType;
  const auto say = [this](MessageBuilder& message) { session_.on_message(message.finish(), false); };
  say(session_.build(MessageType::kHello)
          .text(realm.name())
          .value({{"roles", {{"subscriber", wamp::Value::object()}}}}));
  say(session_.build(MessageType::kSubscribe).id(1).dict().text(topic));
}

void AdminWatch::on_sent() {
  if (behind_) {
    behind_ = false;
    session_.on_drained();
  }
}

void AdminWatch::send(FramePtr frame) {
  push(*frame);
  if (link_.queued_bytes() > kMaxQueuedBytes) {
    link_.end();
  }
}

bool AdminWatch::offer(std::span<const FramePtr> frames) {
  if (link_.queued_bytes() > kMaxQueuedEvents) {
    behind_ = true;
    return false;
  }
  for (const FramePtr& frame : frames) {
    push(*frame);
  }
  return true;
}

void AdminWatch::close(CloseCode /*code*/, std::string_view reason) {
  link_.send(error_answer(reason));
  link_.finish();
}

// Of what a session says, events are for the administrator, and whether the subscription came about.
void AdminWatch::push(const Frame& frame) {
  static const std::string event = session_.build(wamp::MessageType::kEvent).finish();
  std::string message = frame.payload();
  if (message.compare(0, event.size() - 1, event, 0, event.size() - 1) == 0) {
    // Outside of strings, JSON has line feeds for looks only.
    std::replace(message.begin(), message.end(), '\n', ' ');
    link_.send(std::move(message));
    return;
  }
  const auto parsed = parse_json(message);
  const json_t* list = parsed ? parsed->get() : nullptr;
  const auto type = static_cast<wamp::MessageType>(json_integer_value(json_array_get(list, 0)));
  if (type == wamp::MessageType::kSubscribed) {
    link_.send(to_text(Json(json_pack("{ss%}", "watching", topic_.data(), topic_.size())).get()));
  } else if (type == wamp::MessageType::kError) {
    link_.send(error_answer(string_of(json_array_get(json_array_get(list, kErrorArguments), 0))));
    link_.finish();
  }
}

}  // namespace tws
