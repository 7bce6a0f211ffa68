#include "topics/torrents_topic.hpp"

#include <algorithm>

#include "wamp/session.hpp"
#include "wire/error_uris.hpp"

namespace tws {

namespace {

constexpr std::string_view kObjectFormat = kFormats[0];
constexpr std::string_view kTableFormat = kFormats[1];

std::string_view empty_tail(std::string_view format) {
  return format == kTableFormat ? R"("torrents":{"fields":["hash"],"rows":[]},"removed":[],"session":{}})"
                                : R"("torrents":{},"removed":[],"session":{}})";
}

// The beginning of an event's kwargs; a tail follows. `daemon` is null where no state is to be told.
std::string head(std::uint64_t revision, bool is_snapshot, const DaemonFeed* daemon) {
  std::string text = "{\"revision\":" + std::to_string(revision);
  text.append(is_snapshot ? ",\"snapshot\":true," : ",\"snapshot\":false,");
  if (daemon != nullptr) {
    text.append("\"daemons\":{");
    append_json_string(text, daemon->name());
    text.append(":").append(daemon->state_json(false)).append("},");
  }
  return text;
}

wamp::EventPtr event_of(const wamp::Subscription& subscription, std::string kwargs) {
  return subscription.event(std::make_shared<const wamp::Payload>(wamp::kwargs_payload(std::move(kwargs))));
}

}  // namespace

Result<std::string> TorrentsTopic::format_of(const wamp::Value& options) const {
  const wamp::Value* format = wamp::member(options, "_format");
  if (format == nullptr) {
    return std::string(kObjectFormat);
  }
  const auto known =
      std::find_if(kFormats.begin(), kFormats.end(), [format](const char* name) { return *format == name; });
  if (known == kFormats.end()) {
    return Error{R"(_format is "object" or "table")", error_uri::kInvalidArgument};
  }
  return std::string(*known);
}

void TorrentsTopic::on_subscribed(wamp::Session& session, const wamp::Subscription& subscription) {
  if (viewers_.insert({&session, subscription.id}).second) {
    for (const auto& feed : feeds_) {
      feed->add_viewer();
    }
  }
  if (is_ready()) {
    send_snapshot(session, subscription);
  } else {
    waiting_[subscription.id].insert(&session);
  }
}

void TorrentsTopic::on_unsubscribed(wamp::Session& session, const wamp::Subscription& subscription) {
  waiting_[subscription.id].erase(&session);
  viewers_.erase({&session, subscription.id});
  for (const auto& feed : feeds_) {
    feed->remove_viewer();
  }
}

bool TorrentsTopic::is_ready() const {
  return std::all_of(feeds_.begin(), feeds_.end(), [](const auto& feed) { return feed->is_known(); });
}

void TorrentsTopic::on_snapshot() {
  if (!is_ready()) {
    return;
  }
  waiting_.clear();
  for (const char* format : kFormats) {
    const wamp::Subscription& all = subscription(format);
    for (wamp::Session* session : all.subscribers) {
      send_snapshot(*session, all);
    }
  }
}

void TorrentsTopic::on_delta(const DaemonFeed& /*feed*/, Change& change) {
  for (const auto& [format, tail] : change.tails) {
    const wamp::Subscription& all = subscription(format.c_str());
    const wamp::EventPtr event = event_of(all, head(change.revision, false, nullptr) + tail);
    change.events.emplace(format, event);
    for (wamp::Session* session : all.subscribers) {
      if (!waiting_[all.id].contains(session)) {
        session->offer_event(all, event);
      }
    }
  }
}

void TorrentsTopic::on_state(const DaemonFeed& feed) {
  const std::uint64_t revision = next_revision();
  for (const char* format : kFormats) {
    const wamp::Subscription& all = subscription(format);
    const wamp::EventPtr event = event_of(all, head(revision, false, &feed) + std::string(empty_tail(format)));
    for (wamp::Session* session : all.subscribers) {
      if (!waiting_[all.id].contains(session)) {
        session->offer_event(all, event);
      }
    }
  }
  send_to_waiting();
}

void TorrentsTopic::send_to_waiting() {
  if (!is_ready()) {
    return;
  }
  for (const char* format : kFormats) {
    const wamp::Subscription& all = subscription(format);
    for (wamp::Session* session : std::exchange(waiting_[all.id], {})) {
      send_snapshot(*session, all);
    }
  }
}

std::size_t TorrentsTopic::first_feed() const {
  std::size_t first = 0;
  for (std::size_t index = 1; index < feeds_.size(); ++index) {
    const Change* snapshot = feeds_[index]->snapshot();
    const Change* oldest = feeds_[first]->snapshot();
    if (snapshot != nullptr && (oldest == nullptr || snapshot->revision < oldest->revision)) {
      first = index;
    }
  }
  return first;
}

// In the order of their revisions: the oldest daemon's event is the snapshot, the others' add to it, and
// what came since goes out as it did before.
void TorrentsTopic::send_snapshot(wamp::Session& session, const wamp::Subscription& subscription) {
  std::vector<std::pair<std::uint64_t, wamp::EventPtr>> events;
  if (feeds_.empty()) {
    const std::uint64_t revision = next_revision();
    events.emplace_back(
        revision, event_of(subscription, head(revision, true, nullptr) + std::string(empty_tail(subscription.format))));
  }
  const std::size_t first = first_feed();
  for (std::size_t index = 0; index < feeds_.size(); ++index) {
    const Change* snapshot = feeds_[index]->snapshot();
    events.emplace_back(snapshot != nullptr ? snapshot->revision : revision_ + 1,
                        snapshot_event(subscription, index, index == first));
    for (const Change& change : feeds_[index]->deltas()) {
      if (const auto event = change.events.find(subscription.format); event != change.events.end()) {
        events.emplace_back(change.revision, event->second);
      }
    }
  }
  std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<wamp::EventPtr> in_order;
  in_order.reserve(events.size());
  for (auto& [revision, event] : events) {
    in_order.push_back(std::move(event));
  }
  session.offer_events(subscription, in_order);
}

// One event for all who come while the snapshot and the daemon's state stay the same.
wamp::EventPtr TorrentsTopic::snapshot_event(const wamp::Subscription& subscription, std::size_t index, bool is_first) {
  const DaemonFeed& feed = *feeds_[index];
  const Change* snapshot = feed.snapshot();
  const std::uint64_t revision = snapshot != nullptr ? snapshot->revision : 0;
  CachedEvent& cached = snapshot_events_[{subscription.id, index}];
  std::string state = feed.state_key();
  if (cached.event && cached.revision == revision && cached.state == state && cached.is_first == is_first &&
      snapshot != nullptr) {
    return cached.event;
  }
  std::string kwargs = head(snapshot != nullptr ? revision : next_revision(), is_first, &feed);
  kwargs.append(snapshot != nullptr ? std::string_view(snapshot->tails.at(subscription.format))
                                    : empty_tail(subscription.format));
  cached = {revision, std::move(state), is_first, event_of(subscription, std::move(kwargs))};
  return cached.event;
}

std::string TorrentsTopic::changes_since(const DaemonFeed& feed, std::uint64_t revision) {
  const std::string format(kObjectFormat);
  const Change* snapshot = feed.snapshot();
  std::string list;
  const auto append = [&](const Change& change, bool is_snapshot) {
    list.append(list.empty() ? "" : ",").append(head(change.revision, is_snapshot, nullptr));
    list.append(change.tails.at(format));
  };
  if (snapshot != nullptr && revision < snapshot->revision) {
    append(*snapshot, true);
  }
  for (const Change& change : feed.deltas()) {
    if (change.revision > revision) {
      append(change, false);
    }
  }
  std::string kwargs = "{\"daemons\":{";
  append_json_string(kwargs, feed.name());
  return kwargs.append(":").append(feed.state_json(true)).append("},\"events\":[").append(list).append("]}");
}

}  // namespace tws
