#include "topics/torrents_topic.hpp"

#include <algorithm>
#include <cmath>

#include "wamp/session.hpp"
#include "wire/error_uris.hpp"

namespace tws {

namespace {

constexpr std::string_view kObjectFormat = kFormats[0];

Form form_for(const wamp::Session& session, const wamp::Subscription& subscription) {
  return {subscription.format, session.serializer()};
}

// The events of changes, as their first receivers got them.
void add_events(std::vector<std::pair<std::uint64_t, wamp::EventPtr>>& events, const TorrentsTopic::Gap& changes,
                const wamp::Subscription& subscription) {
  for (const Change* change : changes) {
    if (const auto event = change->events.find(subscription.format); event != change->events.end()) {
      events.emplace_back(change->revision, event->second);
    }
  }
}

}  // namespace

DaemonFeed* feed_named(const Feeds& feeds, std::string_view name) {
  const auto found =
      std::find_if(feeds.begin(), feeds.end(), [name](const auto& feed) { return feed->name() == name; });
  return found == feeds.end() ? nullptr : found->get();
}

DaemonFeed* feed_for(const Feeds& feeds, const wamp::Value* named) {
  if (named == nullptr) {
    return feeds.size() == 1 ? feeds.front().get() : nullptr;
  }
  const auto* name = named->get_ptr<const std::string*>();
  return name != nullptr ? feed_named(feeds, *name) : nullptr;
}

wamp::EventPtr event_of(const wamp::Subscription& subscription, wamp::Fragment kwargs) {
  return subscription.event(std::make_shared<const wamp::Payload>(wamp::Payload{{}, std::move(kwargs)}));
}

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
  begin(session, subscription);
}

void TorrentsTopic::on_subscribed_with(wamp::Session& session, const wamp::Subscription& subscription,
                                       const wamp::Value& options) {
  for (const auto& feed : feeds_) {
    feed->add_viewer(form_for(session, subscription));
  }
  const auto revision = revision_of(wamp::member(options, "_revision"));
  if (!revision || !send_gap(session, subscription, *revision)) {
    begin(session, subscription);
  }
}

void TorrentsTopic::on_unsubscribed(wamp::Session& session, const wamp::Subscription& subscription) {
  waiting_[subscription.id].erase(&session);
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
  const wamp::Value members = event_head(change.revision, false, nullptr);
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
  const wamp::Value members = event_head(next_revision(), false, &feed);
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
  Events events;
  if (feeds_.empty()) {
    const std::uint64_t revision = next_revision();
    events.emplace_back(
        revision, event_of(subscription,
                           wamp::Fragment(without_torrents(event_head(revision, true, nullptr), subscription.format))));
  }
  const std::size_t first = first_feed();
  for (std::size_t index = 0; index < feeds_.size(); ++index) {
    const Change* snapshot = feeds_[index]->snapshot();
    events.emplace_back(snapshot != nullptr ? snapshot->revision : revision_ + 1,
                        snapshot_event(subscription, session.serializer(), index, index == first));
    if (snapshot != nullptr) {
      add_events(events, feeds_[index]->changes_since_snapshot(), subscription);
    }
  }
  send(session, subscription, std::move(events));
}

void TorrentsTopic::send(wamp::Session& session, const wamp::Subscription& subscription, Events events) {
  std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<wamp::EventPtr> in_order;
  in_order.reserve(events.size());
  for (auto& [revision, event] : events) {
    in_order.push_back(std::move(event));
  }
  session.offer_events(subscription, in_order);
}

std::optional<TorrentsTopic::Gap> TorrentsTopic::gap(const DaemonFeed& feed, std::uint64_t revision,
                                                     const Form& form) const {
  auto changes = revision <= revision_ ? feed.changes_after(revision) : std::nullopt;
  if (!changes) {
    return std::nullopt;
  }
  const Form in_json{form.format, wamp::Serializer::kJson};
  std::size_t size = 0;
  std::size_t transcoded = 0;
  for (const Change* change : *changes) {
    const std::size_t of_change = change->tails.at(in_json).size();
    size += of_change;
    transcoded += change->tails.contains(form) ? 0 : of_change;
  }
  const bool is_worth_it = size <= kMostTranscoded || size < feed.snapshot()->tails.at(in_json).size();
  return is_worth_it && transcoded <= kMostTranscoded ? std::move(changes) : std::nullopt;
}

// The last event says that this is all, and how the daemons are. Of several daemons a client may have lost its
// connection between their snapshots: it had all of them only if its revision is not before the last one's.
bool TorrentsTopic::send_gap(wamp::Session& session, const wamp::Subscription& subscription, std::uint64_t revision) {
  Events events;
  wamp::Value states = wamp::Value::object();
  for (const auto& feed : feeds_) {
    const auto changes = gap(*feed, revision, form_for(session, subscription));
    if (!changes || (feeds_.size() > 1 && revision < feed->snapshot()->revision)) {
      return false;
    }
    add_events(events, *changes, subscription);
    states[feed->name()] = feed->state();
  }
  wamp::Value last = event_head(next_revision(), false, nullptr);
  last["daemons"] = std::move(states);
  events.emplace_back(revision_,
                      event_of(subscription, wamp::Fragment(without_torrents(std::move(last), subscription.format))));
  send(session, subscription, std::move(events));
  return true;
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
  DaemonFeed& feed = *feeds_[index];
  const Change* snapshot = feed.snapshot();
  if (snapshot == nullptr) {
    return event_of(subscription, wamp::Fragment(without_torrents(event_head(next_revision(), is_first, &feed),
                                                                  subscription.format)));
  }
  const Form form{subscription.format, serializer};
  CachedEvent& cached = snapshot_events_[{form, index}];
  std::string state = feed.state_key();
  if (!cached.event || cached.revision != snapshot->revision || cached.state != state || cached.is_first != is_first) {
    std::string kwargs = feed.snapshot_kwargs(form, event_head(snapshot->revision, is_first, &feed));
    cached = {snapshot->revision, std::move(state), is_first,
              event_of(subscription, wamp::Fragment(serializer, std::move(kwargs)))};
  }
  return cached.event;
}

std::optional<std::uint64_t> revision_of(const wamp::Value* given) {
  if (given != nullptr && given->is_number_float()) {
    const auto number = given->get<double>();
    const bool is_integer = number >= 0 && number <= static_cast<double>(wamp::kMaxId) && std::trunc(number) == number;
    return is_integer ? std::optional(static_cast<std::uint64_t>(number)) : std::nullopt;
  }
  return given != nullptr && given->is_number_unsigned() ? std::optional(given->get<std::uint64_t>()) : std::nullopt;
}

wamp::Value event_head(std::uint64_t revision, bool is_snapshot, const DaemonFeed* daemon) {
  wamp::Value members = {{"revision", revision}, {"snapshot", is_snapshot}};
  if (daemon != nullptr) {
    members["daemons"][daemon->name()] = daemon->state();
  }
  return members;
}

}  // namespace tws
