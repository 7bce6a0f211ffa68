#include "topics/torrents_topic.hpp"

#include <algorithm>

#include "wamp/session.hpp"
#include "wire/error_uris.hpp"

namespace tws {

namespace {

constexpr std::string_view kObjectFormat = kFormats[0];

// What the loop says of an event. `daemon` is null where no state is to be told.
wamp::Value head(std::uint64_t revision, bool is_snapshot, const DaemonFeed* daemon) {
  wamp::Value members = {{"revision", revision}, {"snapshot", is_snapshot}};
  if (daemon != nullptr) {
    members["daemons"][daemon->name()] = daemon->state();
  }
  return members;
}

wamp::EventPtr event_of(const wamp::Subscription& subscription, wamp::Fragment kwargs) {
  return subscription.event(std::make_shared<const wamp::Payload>(wamp::Payload{{}, std::move(kwargs)}));
}

Form form_for(const wamp::Session& session, const wamp::Subscription& subscription) {
  return {subscription.format, session.serializer()};
}

// A form that the worker does not write is made of the JSON one; that, and the value between them, are not kept.
wamp::Fragment kwargs_in(const Form& form, const wamp::Value& head, const Tails& tails) {
  if (const auto tail = tails.find(form); tail != tails.end()) {
    return {form.serializer, with_tail(form.serializer, head, tail->second)};
  }
  constexpr auto kJson = wamp::Serializer::kJson;
  const wamp::Fragment json(kJson, with_tail(kJson, head, tails.at({form.format, kJson})));
  return {form.serializer, std::string(json.in(form.serializer))};
}

}  // namespace

Result<std::string> list_format_of(const wamp::Value& options) {
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

Result<std::string> TorrentsTopic::format_of(const std::string& /*topic*/, const wamp::Value& options) const {
  return list_format_of(options);
}

void TorrentsTopic::on_subscribed(wamp::Session& session, const wamp::Subscription& subscription) {
  if (viewers_.insert({&session, subscription.id}).second) {
    for (const auto& feed : feeds_) {
      feed->add_viewer(form_for(session, subscription));
    }
  }
  begin(session, subscription);
}

void TorrentsTopic::on_unsubscribed(wamp::Session& session, const wamp::Subscription& subscription) {
  waiting_[subscription.id].erase(&session);
  viewers_.erase({&session, subscription.id});
  for (const auto& feed : feeds_) {
    feed->remove_viewer(form_for(session, subscription));
  }
}

void TorrentsTopic::begin(wamp::Session& session, const wamp::Subscription& subscription) {
  const Form form = form_for(session, subscription);
  if (std::all_of(feeds_.begin(), feeds_.end(), [&form](const auto& feed) { return feed->is_ready_for(form); })) {
    send_snapshot(session, subscription);
  } else {
    waiting_[subscription.id].insert(&session);
  }
}

void TorrentsTopic::on_snapshot() {
  forget_old_events();
  waiting_.clear();
  for (const char* format : kFormats) {
    const wamp::Subscription& all = subscription(format);
    for (wamp::Session* session : all.subscribers) {
      begin(*session, all);
    }
  }
}

void TorrentsTopic::on_ready() {
  forget_old_events();
  for (const char* format : kFormats) {
    const wamp::Subscription& all = subscription(format);
    for (wamp::Session* session : std::exchange(waiting_[all.id], {})) {
      begin(*session, all);
    }
  }
}

void TorrentsTopic::on_delta(const DaemonFeed& /*feed*/, Change& change) {
  const wamp::Value members = head(change.revision, false, nullptr);
  std::map<std::string, wamp::Fragment> kwargs;
  for (const auto& [form, tail] : change.tails) {
    kwargs[form.format].add(form.serializer, with_tail(form.serializer, members, tail));
  }
  for (auto& [format, written] : kwargs) {
    const wamp::Subscription& all = subscription(format.c_str());
    const auto [event, is_new] = change.events.emplace(format, event_of(all, std::move(written)));
    send_change(all, event->second);
  }
}

void TorrentsTopic::on_state(const DaemonFeed& feed) {
  const wamp::Value members = head(next_revision(), false, &feed);
  for (const char* format : kFormats) {
    const wamp::Subscription& all = subscription(format);
    send_change(all, event_of(all, wamp::Fragment(without_torrents(members, format))));
  }
}

void TorrentsTopic::send_change(const wamp::Subscription& subscription, const wamp::EventPtr& event) {
  const Waiting& waiting = waiting_[subscription.id];
  for (wamp::Session* session : subscription.subscribers) {
    if (!waiting.contains(session)) {
      session->offer_event(subscription, event);
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
        revision,
        event_of(subscription, wamp::Fragment(without_torrents(head(revision, true, nullptr), subscription.format))));
  }
  const std::size_t first = first_feed();
  for (std::size_t index = 0; index < feeds_.size(); ++index) {
    const Change* snapshot = feeds_[index]->snapshot();
    events.emplace_back(snapshot != nullptr ? snapshot->revision : revision_ + 1,
                        snapshot_event(subscription, session.serializer(), index, index == first));
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

void TorrentsTopic::forget_old_events() {
  std::erase_if(snapshot_events_, [this](const auto& entry) {
    const auto& [key, cached] = entry;
    return feeds_[key.second]->snapshot()->revision != cached.revision;
  });
}

// One event for all who come while the snapshot and the daemon's state stay the same.
wamp::EventPtr TorrentsTopic::snapshot_event(const wamp::Subscription& subscription, wamp::Serializer serializer,
                                             std::size_t index, bool is_first) {
  const DaemonFeed& feed = *feeds_[index];
  const Change* snapshot = feed.snapshot();
  if (snapshot == nullptr) {
    return event_of(subscription,
                    wamp::Fragment(without_torrents(head(next_revision(), is_first, &feed), subscription.format)));
  }
  const Form form{subscription.format, serializer};
  CachedEvent& cached = snapshot_events_[{form, index}];
  std::string state = feed.state_key();
  if (!cached.event || cached.revision != snapshot->revision || cached.state != state || cached.is_first != is_first) {
    cached = {snapshot->revision, std::move(state), is_first,
              event_of(subscription, kwargs_in(form, head(snapshot->revision, is_first, &feed), snapshot->tails))};
  }
  return cached.event;
}

std::string TorrentsTopic::changes_since(const DaemonFeed& feed, std::uint64_t revision) {
  const Form form{std::string(kObjectFormat), wamp::Serializer::kJson};
  const Change* snapshot = feed.snapshot();
  std::string list;
  const auto append = [&](const Change& change, bool is_snapshot) {
    list.append(list.empty() ? "" : ",");
    list.append(with_tail(form.serializer, head(change.revision, is_snapshot, nullptr), change.tails.at(form)));
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
  return kwargs.append(":").append(feed.state_json()).append("},\"events\":[").append(list).append("]}");
}

}  // namespace tws
