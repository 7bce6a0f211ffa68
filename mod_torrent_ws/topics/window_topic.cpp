#include "topics/window_topic.hpp"

#include "wire/error_uris.hpp"
#include "wire/window_request.hpp"

namespace tws {

namespace {

// A subscription's format has all that is asked of a worker: these members, in JSON.
constexpr const char* kDaemon = "daemon";
constexpr const char* kFormat = "format";
constexpr const char* kWindow = "window";

Result<wamp::Value> window_of(const wamp::Value& options) {
  std::string text = "{}";
  if (const wamp::Value* given = wamp::member(options, "_window")) {
    text.clear();
    wamp::encode(text, wamp::Serializer::kJson, *given);
  }
  const auto json = parse_json(text);
  const auto request = read_window_request(json ? json->get() : nullptr);
  if (!request) {
    return Error{"_window: " + request.error().message, request.error().uri};
  }
  return wamp::Value::parse(to_text(to_json(*request).get()));
}

}  // namespace

WindowTopic::WindowTopic(wamp::Broker& broker, Jobs& jobs, const Feeds& feeds,
                         std::function<std::uint64_t()> next_revision)
    : WatchedTopic(broker, jobs, feeds,
                   {.job = kName,
                    .needs_list = true,
                    .most_of_session = kMostOfSession,
                    .refusal = "a session may have eight windows: unsubscribe from one before"},
                   std::move(next_revision)) {}

Result<std::string> WindowTopic::format_of(const std::string& /*topic*/, const wamp::Value& options) const {
  const wamp::Value* daemon = wamp::member(options, "_daemon");
  const DaemonFeed* feed = feed_for(feeds(), daemon);
  if (feed == nullptr) {
    return Error{daemon == nullptr ? "name one of the daemons in the option _daemon" : "_daemon: no such daemon",
                 error_uri::kInvalidArgument};
  }
  const auto format = list_format_of(options);
  if (!format) {
    return format.error();
  }
  const auto window = window_of(options);
  if (!window) {
    return window.error();
  }
  return wamp::Value({{kDaemon, feed->name()}, {kFormat, *format}, {kWindow, *window}}).dump();
}

WatchedTopic::Question WindowTopic::question_of(const wamp::Subscription& subscription) const {
  const auto asked = wamp::Value::parse(subscription.format);
  return {asked[kDaemon], asked[kWindow], asked[kFormat]};
}

}  // namespace tws
