#include "topics/watched_topic.hpp"

#include <algorithm>
#include <utility>

#include "wamp/session.hpp"
#include "wire/error_uris.hpp"

namespace tws {

namespace {

constexpr auto kJson = wamp::Serializer::kJson;

}  // namespace

WatchedTopic::WatchedTopic(wamp::Broker& broker, Jobs& jobs, const Feeds& feeds, const Kind& kind,
                           std::function<std::uint64_t()> next_revision)
    : broker_(broker), jobs_(jobs), feeds_(feeds), kind_(kind), next_revision_(std::move(next_revision)) {}

WatchedTopic::~WatchedTopic() {
  for (const auto& [id, watch] : watches_) {
    jobs_.cancel(watch->job);
  }
}

Status WatchedTopic::admit(const wamp::Session& session) const {
  const auto own = std::count_if(viewers_.lower_bound({&session, 0}), viewers_.end(),
                                 [&session](const auto& viewer) { return viewer.first == &session; });
  if (own >= static_cast<std::ptrdiff_t>(kind_.most_of_session)) {
    return Error{kind_.refusal, error_uri::kTooManySubscriptions};
  }
  return Done{};
}

// A viewer of the daemon, too: so its worker is watched over, and replaced when it hangs.
void WatchedTopic::on_subscribed(wamp::Session& session, const wamp::Subscription& subscription) {
  auto& watch = watches_[subscription.id];
  if (!watch) {
    watch = std::make_unique<Watch>(Watch{.subscription = subscription, .question = question_of(subscription)});
    start(*watch);
  } else if (!watch->asked_for.contains(session.serializer())) {
    jobs_.change_watch(watch->job, arguments_of(*watch));
  }
  if (viewers_.insert({&session, subscription.id}).second) {
    DaemonFeed& feed = feed_of(*watch);
    kind_.needs_list ? feed.add_viewer() : feed.watch_over();
  }
  begin(*watch, session);
}

void WatchedTopic::on_unsubscribed(wamp::Session& session, const wamp::Subscription& subscription) {
  const auto watch = watches_.find(subscription.id);
  watch->second->waiting.erase(&session);
  viewers_.erase({&session, subscription.id});
  DaemonFeed& feed = feed_of(*watch->second);
  kind_.needs_list ? feed.remove_viewer() : feed.leave_alone();
  if (subscription.subscribers.empty()) {
    jobs_.cancel(watch->second->job);
    watches_.erase(watch);
  }
}

DaemonFeed& WatchedTopic::feed_of(const Watch& watch) const { return *feed_named(feeds_, watch.question.worker); }

void WatchedTopic::start(Watch& watch) {
  JobRequest request;
  request.worker = watch.question.worker;
  request.name = kind_.job;
  request.body = arguments_of(watch);
  watch.job = jobs_.watch(
      std::move(request), [this, &watch](const JobFrame& frame) { on_progress(watch, frame); },
      [&watch](WorkerEnd) {
        watch.worker_lost = true;
        serve_waiting(watch);
      },
      [this, id = watch.subscription.id](const Result<std::string>& outcome) {
        on_ended(id, outcome ? "there is nothing more to tell" : outcome.error().message);
      });
}

std::string WatchedTopic::arguments_of(Watch& watch) {
  watch.asked_for = {kJson};
  for (const wamp::Session* session : watch.subscription.subscribers) {
    watch.asked_for.insert(session->serializer());
  }
  wamp::Value arguments = watch.question.arguments;
  for (const wamp::Serializer serializer : watch.asked_for) {
    arguments["tails"].push_back({{"format", watch.question.format}, {"serializer", name_of(serializer)}});
  }
  return arguments.dump();
}

void WatchedTopic::on_progress(Watch& watch, const JobFrame& frame) {
  watch.worker_lost = false;
  const json_t* header = frame.header.get();
  const auto kind = text_member(header, "kind");
  const bool continues = bool_member(header, "continues") && watch.snapshot;
  if (kind == "gone") {
    on_gone(watch, continues);
    return;
  }
  const auto tails = tails_of(frame);
  const auto members = integer_member(header, "members").value_or(0);
  const bool is_snapshot = kind == "snapshot";
  if ((!is_snapshot && kind != "delta") || !tails || !tails->contains({watch.question.format, kJson}) || members < 1 ||
      static_cast<std::size_t>(members) + event_head(0, true, nullptr).size() > kMostMembers) {
    return;  // not what the protocol says
  }
  const wamp::Value head = event_head(next_revision_(), is_snapshot, nullptr);
  std::set<wamp::Serializer> written;
  std::size_t bytes = 0;
  wamp::Fragment kwargs;
  for (const auto& [form, tail] : *tails) {
    if (form.format == watch.question.format) {
      kwargs.add(form.serializer, with_tail(form.serializer, head, tail, static_cast<std::size_t>(members)));
      written.insert(form.serializer);
      bytes += tail.size();
    }
  }
  wamp::EventPtr event = event_of(watch.subscription, std::move(kwargs));
  const std::size_t json_bytes = tails->at({watch.question.format, kJson}).size();
  if (!is_snapshot) {
    on_delta(watch, std::move(event), bytes, json_bytes);
    return;
  }
  watch.snapshot = std::move(event);
  watch.written = std::move(written);
  watch.snapshot_bytes = bytes;
  watch.json_bytes = json_bytes;
  on_snapshot(watch, continues);
}

// An event as small as that is written in each serializer here.
void WatchedTopic::on_gone(Watch& watch, bool continues) {
  wamp::Value kwargs = event_head(next_revision_(), true, nullptr);
  kwargs["gone"] = true;
  watch.snapshot = event_of(watch.subscription, wamp::Fragment(std::move(kwargs)));
  watch.written.insert(wamp::kSerializers.begin(), wamp::kSerializers.end());
  watch.snapshot_bytes = watch.json_bytes = 0;
  on_snapshot(watch, continues);
}

void WatchedTopic::on_snapshot(Watch& watch, bool continues) {
  watch.deltas.clear();
  watch.delta_bytes = 0;
  const auto waiting = std::exchange(watch.waiting, {});
  for (wamp::Session* session : continues ? waiting : watch.subscription.subscribers) {
    begin(watch, *session);
  }
}

void WatchedTopic::on_delta(Watch& watch, wamp::EventPtr event, std::size_t bytes, std::size_t json_bytes) {
  if (!watch.snapshot) {
    return;
  }
  watch.delta_bytes += bytes;
  watch.json_bytes += json_bytes;
  watch.deltas.push_back(std::move(event));
  for (wamp::Session* session : watch.subscription.subscribers) {
    if (!watch.waiting.contains(session)) {
      session->offer_event(watch.subscription, watch.deltas.back());
    }
  }
  if (are_too_many(watch.deltas.size(), watch.delta_bytes, watch.snapshot_bytes)) {
    watch.delta_bytes = 0;  // asked once; the answer clears the deltas
    jobs_.change_watch(watch.job, arguments_of(watch));
  }
}

void WatchedTopic::on_ended(wamp::Id subscription, const std::string& reason) {
  while (watches_.contains(subscription)) {
    wamp::Subscription& ended = *broker_.find(subscription);
    broker_.revoke(**ended.subscribers.begin(), ended, reason);
  }
}

void WatchedTopic::begin(Watch& watch, wamp::Session& session) {
  if (watch.snapshot &&
      (watch.written.contains(session.serializer()) || (watch.worker_lost && can_be_transcoded(watch)))) {
    send_kept(watch, session);
    return;
  }
  if (watch.waiting.empty()) {
    watch.waiting_since = Clock::now();
  }
  watch.waiting.insert(&session);
}

void WatchedTopic::send_kept(const Watch& watch, wamp::Session& session) {
  std::vector<wamp::EventPtr> events = {watch.snapshot};
  events.insert(events.end(), watch.deltas.begin(), watch.deltas.end());
  session.offer_events(watch.subscription, events);
}

bool WatchedTopic::can_be_transcoded(const Watch& watch) { return watch.json_bytes <= kMostTranscoded; }

void WatchedTopic::serve_waiting(Watch& watch) {
  if (watch.snapshot && can_be_transcoded(watch)) {
    for (wamp::Session* session : std::exchange(watch.waiting, {})) {
      send_kept(watch, *session);
    }
  }
}

void WatchedTopic::tick(Clock::time_point now) {
  for (const auto& [id, watch] : watches_) {
    if (!watch->waiting.empty() && now - watch->waiting_since > kPatience) {
      serve_waiting(*watch);
    }
  }
}

}  // namespace tws
