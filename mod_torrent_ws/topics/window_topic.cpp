#include "topics/window_topic.hpp"

#include <algorithm>

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
    : WatchedTopic(broker, jobs, kName, std::move(next_revision)), feeds_(feeds) {}

Result<std::string> WindowTopic::format_of(const std::string& /*topic*/, const wamp::Value& options) const {
  const wamp::Value* daemon = wamp::member(options, "_daemon");
  const auto feed = std::find_if(feeds_.begin(), feeds_.end(), [&](const auto& known) {
    return daemon != nullptr ? *daemon == known->name() : feeds_.size() == 1;
  });
  if (feed == feeds_.end()) {
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
  return wamp::Value({{kDaemon, (*feed)->name()}, {kFormat, *format}, {kWindow, *window}}).dump();
}

Status WindowTopic::admit(const wamp::Session& session) const {
  const auto own = std::count_if(viewers_.lower_bound({&session, 0}), viewers_.end(),
                                 [&session](const auto& viewer) { return viewer.first == &session; });
  if (own >= static_cast<std::ptrdiff_t>(kMostOfSession)) {
    return Error{"a session may have eight windows: unsubscribe from one before", error_uri::kTooManySubscriptions};
  }
  return Done{};
}

// A viewer of the daemon, too: so its worker is watched over, and replaced when it hangs.
void WindowTopic::on_subscribed(wamp::Session& session, const wamp::Subscription& subscription) {
  const bool is_new = viewers_.insert({&session, subscription.id}).second;
  WatchedTopic::on_subscribed(session, subscription);
  if (is_new) {
    feed_of(subscription).add_viewer();
  }
}

void WindowTopic::on_unsubscribed(wamp::Session& session, const wamp::Subscription& subscription) {
  viewers_.erase({&session, subscription.id});
  WatchedTopic::on_unsubscribed(session, subscription);
  feed_of(subscription).remove_viewer();
}

DaemonFeed& WindowTopic::feed_of(const wamp::Subscription& subscription) const {
  const std::string daemon = question_of(subscription).worker;
  return **std::find_if(feeds_.begin(), feeds_.end(), [&](const auto& feed) { return feed->name() == daemon; });
}

WatchedTopic::Question WindowTopic::question_of(const wamp::Subscription& subscription) const {
  const auto asked = wamp::Value::parse(subscription.format);
  return {asked[kDaemon], asked[kWindow], asked[kFormat]};
}

}  // namespace tws
