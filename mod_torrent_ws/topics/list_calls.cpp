#include "topics/list_calls.hpp"

#include <utility>

#include "topics/procedures.hpp"
#include "wamp/session.hpp"
#include "wire/error_uris.hpp"

namespace tws {

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
  } else {
    waiting_.push_back(asked);
  }
}

void ListCalls::tick(Clock::time_point now) {
  for (const Waiting& call : std::exchange(waiting_, {})) {
    if (is_ready(call) || now >= call.deadline) {
      answer(call);
    } else {
      call.feed->look(call.form);
      waiting_.push_back(call);
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

std::string ListCalls::result(const Waiting& call) const {
  const DaemonFeed& feed = *call.feed;
  const Change* snapshot = feed.snapshot();
  std::vector<std::string> events;
  auto changes = gap(call);
  if (!changes && snapshot != nullptr) {
    events.push_back(event_kwargs(call.form, event_head(snapshot->revision, true, nullptr), snapshot->tails));
    changes = feed.changes_after(snapshot->revision);
  }
  for (const Change* change : changes.value_or(TorrentsTopic::Gap())) {
    events.push_back(event_kwargs(call.form, event_head(change->revision, false, nullptr), change->tails));
  }
  return with_list(call.form.serializer, {{"daemons", {{feed.name(), feed.full_state()}}}}, "events", events);
}

void ListCalls::answer(const Waiting& call) {
  wamp::Payload payload;
  payload.kwargs = wamp::Fragment(call.form.serializer, result(call));
  realm_.dealer().answer(call.session, call.request, std::move(payload));
}

}  // namespace tws
