#include "topics/list_calls.hpp"

#include <utility>

#include "topics/procedures.hpp"
#include "wamp/session.hpp"
#include "wire/error_uris.hpp"

namespace tws {

namespace {

// So long calls are answered in one turn: a result may have megabytes.
constexpr auto kTurn = std::chrono::milliseconds(5);
// So long a result is kept for those who ask next.
constexpr auto kKept = std::chrono::seconds(5);

}  // namespace

ListCalls::ListCalls(wamp::Realm& realm, const Feeds& feeds, const TorrentsTopic& topic,
                     std::chrono::milliseconds patience)
    : realm_(realm), feeds_(feeds), topic_(topic), patience_(patience) {
  add("torrents.snapshot", false);
  add("torrents.since", true);
}

void ListCalls::add(const char* name, bool since) {
  realm_.dealer().add_server_procedure(name, [this, since](const wamp::Call& call) { take(call, since); });
}

void ListCalls::take(const wamp::Call& call, bool since) {
  const auto feed = find_feed(feeds_, call.kwargs);
  const auto revision = since ? revision_of(wamp::member(call.kwargs, "revision")) : std::nullopt;
  if (!feed || (since && !revision)) {
    realm_.dealer().answer(call.session, call.request,
                           feed ? Error{"revision is a number", error_uri::kInvalidArgument} : feed.error());
    return;
  }
  const wamp::Session* caller = realm_.find(call.session);
  const auto serializer = caller != nullptr ? caller->serializer() : wamp::Serializer::kJson;
  const Waiting asked{
      call.session, call.request, *feed, {std::string(kFormats[0]), serializer}, revision, Clock::now() + patience_};
  asked.feed->look(asked.form);
  if (is_ready(asked)) {
    answer(asked);
  } else if (waiting_of_[call.session] < wamp::Dealer::kMaxCalls) {
    wait(asked);
  } else {  // it has canceled some of them, which only their time takes away
    realm_.dealer().answer(call.session, call.request,
                           Error{"the session has as many calls under way as it may", error_uri::kTooManyCalls});
  }
}

void ListCalls::wait(const Waiting& call) {
  ++waiting_of_[call.session];
  waiting_.push_back(call);
}

void ListCalls::tick(Clock::time_point now) {
  std::erase_if(made_, [now](const auto& entry) { return now - entry.second.used > kKept; });
  const auto until = Clock::now() + kTurn;
  waiting_of_.clear();
  for (const Waiting& call : std::exchange(waiting_, {})) {
    if (realm_.find(call.session) == nullptr) {
      continue;  // nobody waits any more
    }
    if (Clock::now() < until && (is_ready(call) || now >= call.deadline)) {
      answer(call);
    } else {
      call.feed->look(call.form);
      wait(call);
    }
  }
}

bool ListCalls::is_ready(const Waiting& call) const {
  const DaemonFeed& feed = *call.feed;
  return feed.hangs() || (feed.is_current() && (gap(call) || feed.snapshot()->serves(call.form)));
}

std::optional<TorrentsTopic::Gap> ListCalls::gap(const Waiting& call) const {
  return call.revision ? topic_.gap(*call.feed, *call.revision, call.form) : std::nullopt;
}

const wamp::Answer& ListCalls::result(const Waiting& call) {
  const DaemonFeed& feed = *call.feed;
  const Change* snapshot = feed.snapshot();
  const auto known = gap(call);
  const auto changes = known ? *known : feed.changes_since_snapshot();
  const auto since = known ? call.revision : std::nullopt;
  const std::uint64_t oldest = snapshot != nullptr ? snapshot->revision : 0;
  const std::uint64_t revision = changes.empty() ? oldest : changes.back()->revision;
  std::string state = feed.state_json();
  Made& made = made_.try_emplace({&feed, call.form}, Made{{}, 0, {}, {}, Error{}}).first->second;
  if (!made.answer || made.since != since || made.revision != revision || made.state != state) {
    wamp::Payload answer = make(call, changes, !known && snapshot != nullptr, state);
    made = {since, revision, std::move(state), {}, std::move(answer)};
  }
  made.used = Clock::now();
  return made.answer;
}

wamp::Payload ListCalls::make(const Waiting& call, const TorrentsTopic::Gap& changes, bool from_snapshot,
                              const std::string& state) {
  DaemonFeed& feed = *call.feed;
  std::vector<std::string> events;
  if (from_snapshot) {
    events.push_back(feed.snapshot_kwargs(call.form, event_head(feed.snapshot()->revision, true, nullptr)));
  }
  for (const Change* change : changes) {
    events.push_back(event_kwargs(call.form, event_head(change->revision, false, nullptr), change->tails));
  }
  const wamp::Serializer serializer = call.form.serializer;
  return {{},
          wamp::Fragment(serializer, with_list(serializer, {{"daemons", {{feed.name(), wamp::Value::parse(state)}}}},
                                               "events", events))};
}

void ListCalls::answer(const Waiting& call) { realm_.dealer().answer(call.session, call.request, result(call)); }

}  // namespace tws
