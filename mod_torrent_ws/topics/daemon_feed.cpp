#include "topics/daemon_feed.hpp"

#include <algorithm>
#include <cmath>

#include "wamp/clock.hpp"

namespace tws {

namespace {

// A worker says something each second; one that is silent for so long is taken to hang.
constexpr auto kSilence = std::chrono::seconds(3);
// So long it may hang before it is replaced: a stopped or swapped-out one may come back by itself.
constexpr auto kReplaceAfter = std::chrono::seconds(15);
// Of all changes so many are kept, within the weight of deltas, for those who come back and had the list before.
constexpr std::size_t kManyChanges = 500;
// So long the worker keeps its list when nobody looks.
constexpr auto kKeptUnwatched = std::chrono::seconds(60);
// So long a call looks.
constexpr auto kLook = std::chrono::seconds(5);

// So long after the worker has ended the watch, which it should not, it is asked again.
constexpr auto kStartAgainAfter = std::chrono::seconds(5);

using wamp::unix_now;

// More digits would be noise.
double to_milliseconds(double seconds) { return std::round(seconds * 1000) / 1000; }

std::size_t size_of(const Tails& tails) {
  std::size_t size = 0;
  for (const auto& [form, tail] : tails) {
    size += tail.size();
  }
  return size;
}

}  // namespace

DaemonFeed::DaemonFeed(std::string name, Jobs& jobs, std::function<std::uint64_t()> next_revision, Listener listener)
    : name_(std::move(name)),
      jobs_(jobs),
      next_revision_(std::move(next_revision)),
      listener_(std::move(listener)),
      since_(unix_now()) {}

DaemonFeed::~DaemonFeed() {
  if (watch_) {
    end_watch();
  }
}

void DaemonFeed::add_viewer() {
  if (++viewers_ > 1) {
    return;
  }
  is_fresh_ = false;
  if (watch_) {
    jobs_.change_watch(*watch_, watch_arguments());
  } else {
    start_watch();
  }
}

void DaemonFeed::remove_viewer() {
  if (--viewers_ == 0) {
    left_ = Clock::now();
    if (watch_) {
      jobs_.change_watch(*watch_, watch_arguments());
    }
  }
}

void DaemonFeed::watch_over() {
  ++guards_;
  if (!watch_) {
    start_watch();
  }
}

void DaemonFeed::leave_alone() {
  --guards_;
  left_ = Clock::now();
}

void DaemonFeed::add_viewer(const Form& form) {
  ++viewers_of_form_[form];
  if (watch_ && viewers_ > 0 && !asked_for_.contains(form)) {
    jobs_.change_watch(*watch_, watch_arguments());
  }
  add_viewer();
}

// The worker is told with the next question: whoever comes back soon finds his form.
void DaemonFeed::remove_viewer(const Form& form) {
  if (--viewers_of_form_[form] == 0) {
    viewers_of_form_.erase(form);
  }
  remove_viewer();
}

void DaemonFeed::look(const Form& form) {
  const auto [look, is_new] = looks_.insert_or_assign(form, Clock::now() + kLook);
  if (is_new) {
    add_viewer(look->first);
  }
}

std::string DaemonFeed::watch_arguments() {
  asked_for_.clear();
  for (const char* format : kFormats) {
    asked_for_.insert({format, wamp::Serializer::kJson});
  }
  for (const auto& [form, viewers] : viewers_of_form_) {
    asked_for_.insert(form);
  }
  const Json tails(json_array());
  for (const Form& form : asked_for_) {
    json_array_append_new(tails.get(), to_json(form).release());
  }
  const Json arguments(json_pack("{sO sb}", "tails", tails.get(), "paused", viewers_ == 0 ? 1 : 0));
  return to_text(arguments.get());
}

bool DaemonFeed::is_ready_for(const Form& form) const {
  const bool comes = watch_ && !lost_ && !silent_ && (worker_has_list_ || said_state_ == "up");
  return known_ && (!snapshot_ || snapshot_->serves(form) || !comes);
}

void DaemonFeed::start_watch() {
  JobRequest request;
  request.worker = name_;
  request.name = "torrents.watch";
  request.body = watch_arguments();
  heard_ = Clock::now();
  silent_ = false;
  lost_ = false;
  worker_has_list_ = false;
  said_state_ = "up";
  said_reason_.clear();
  watch_ = jobs_.watch(
      std::move(request), [this](const JobFrame& frame) { on_progress(frame); },
      [this](WorkerEnd end) { on_worker_lost(end); },
      [this](const Result<std::string>& outcome) { on_ended(outcome); });
}

void DaemonFeed::end_watch() {
  jobs_.cancel(*std::exchange(watch_, std::nullopt));
  known_since_.reset();
}

void DaemonFeed::on_ended(const Result<std::string>& outcome) {
  watch_.reset();
  ended_ = Clock::now();
  worker_has_list_ = false;
  known_since_.reset();
  set_state("busy", unix_now(), "its worker does not watch it: " + (outcome ? "" : outcome.error().message));
}

void DaemonFeed::on_worker_lost(WorkerEnd end) {
  of_former_ = figures();
  of_worker_ = {};
  heard_ = Clock::now();
  silent_ = false;
  lost_ = true;
  worker_has_list_ = false;
  if (end == WorkerEnd::kLost) {
    set_state("busy", unix_now(), "its worker ended and is started again");
  }
}

DaemonFigures DaemonFeed::figures() const {
  return {of_former_.requests + of_worker_.requests, of_former_.errors + of_worker_.errors,
          of_former_.busy_seconds + of_worker_.busy_seconds};
}

void DaemonFeed::take_figures(const json_t* figures) {
  if (figures != nullptr) {
    of_worker_ = {integer_member(figures, "requests").value_or(0), integer_member(figures, "errors").value_or(0),
                  json_number_value(json_object_get(figures, "busy_seconds"))};
  }
}

wamp::Value DaemonFeed::state() const {
  wamp::Value state = {{"state", state_}, {"since", to_milliseconds(since_)}};
  if (updated_ > 0) {
    state["updated"] = to_milliseconds(updated_);
  }
  if (!reason_.empty()) {
    state["reason"] = reason_;
  }
  return state;
}

std::string DaemonFeed::state_json() const {
  std::string json;
  wamp::encode(json, wamp::Serializer::kJson, state());
  if (!session_members_.empty()) {
    json.back() = ',';
    json.append(session_members_).append("}");
  }
  return json;
}

void DaemonFeed::on_progress(const JobFrame& frame) {
  heard_ = Clock::now();
  lost_ = false;
  const json_t* header = frame.header.get();
  if (const double updated = json_number_value(json_object_get(header, "updated")); updated > 0) {
    is_fresh_ = is_fresh_ || updated != updated_;
    updated_ = updated;
  }
  take_figures(json_object_get(header, "figures"));
  const auto kind = text_member(header, "kind");
  if (silent_) {
    silent_ = false;
    set_state(said_state_, unix_now(), said_reason_);
  }
  if (kind == "state") {
    said_state_ = text_member(header, "state");
    said_reason_ = text_member(header, "reason");
    set_state(said_state_, json_number_value(json_object_get(header, "since")), said_reason_);
  } else if (kind == "snapshot" || kind == "delta") {
    take_tails(frame, kind == "snapshot");
  } else if (kind == "session") {
    session_members_ = frame.body;
    listener_.on_session(*this);
  }
}

void DaemonFeed::take_tails(const JobFrame& frame, bool is_snapshot) {
  auto tails = tails_of(frame);
  if (!tails || !std::all_of(kFormats.begin(), kFormats.end(), [&tails](const char* format) {
        return tails->contains({format, wamp::Serializer::kJson});
      })) {
    return;  // not what the protocol says
  }
  Change change;
  change.tails = std::move(*tails);
  change.left_out = bool_member(frame.header.get(), "left_out");
  if (is_snapshot) {
    take_snapshot(std::move(change), bool_member(frame.header.get(), "continues") && snapshot_.has_value());
  } else {
    take_delta(std::move(change));
  }
}

void DaemonFeed::take_snapshot(Change snapshot, bool continues) {
  worker_has_list_ = true;
  known_ = true;
  deltas_ = 0;
  delta_bytes_ = 0;
  if (continues) {
    snapshot.revision = changes_.empty() ? snapshot_->revision : changes_.back().revision;
    snapshot_ = std::move(snapshot);
    listener_.on_ready();
    return;
  }
  snapshot.revision = next_revision_();
  known_since_ = snapshot.revision;
  snapshot_ = std::move(snapshot);
  changes_.clear();
  bytes_of_changes_ = 0;
  listener_.on_snapshot();
}

void DaemonFeed::take_delta(Change delta) {
  delta.revision = next_revision_();
  const std::size_t size = size_of(delta.tails);
  ++deltas_;
  delta_bytes_ += size;
  bytes_of_changes_ += size;
  changes_.push_back(std::move(delta));
  listener_.on_delta(*this, changes_.back());
  forget_old_changes();
  if (snapshot_ && are_too_many(deltas_, delta_bytes_, size_of(snapshot_->tails))) {
    delta_bytes_ = 0;  // asked once; the answer has the deltas in it
    jobs_.change_watch(*watch_, watch_arguments());
  }
}

// Those since the snapshot are for everybody who comes.
void DaemonFeed::forget_old_changes() {
  const std::size_t most = kLeastDeltaBytes + (snapshot_ ? size_of(snapshot_->tails) : 0);
  while (changes_.size() > deltas_ && (changes_.size() > kManyChanges || bytes_of_changes_ > most)) {
    known_since_ = changes_.front().revision;
    bytes_of_changes_ -= size_of(changes_.front().tails);
    changes_.pop_front();
  }
}

std::string DaemonFeed::snapshot_kwargs(const Form& form, const wamp::Value& head) {
  Tails& tails = snapshot_->tails;
  if (!tails.contains(form)) {
    tails.emplace(form, transcoded(form, tails));
  }
  return event_kwargs(form, head, tails);
}

std::vector<const Change*> DaemonFeed::changes_since_snapshot() const {
  std::vector<const Change*> since;
  std::transform(changes_.end() - static_cast<std::ptrdiff_t>(deltas_), changes_.end(), std::back_inserter(since),
                 [](const Change& change) { return &change; });
  return since;
}

std::optional<std::vector<const Change*>> DaemonFeed::changes_after(std::uint64_t revision) const {
  if (!snapshot_ || !known_since_ || revision < *known_since_) {
    return std::nullopt;
  }
  std::vector<const Change*> after;
  for (const Change& change : changes_) {
    if (change.revision > revision) {
      after.push_back(&change);
    }
  }
  return after;
}

void DaemonFeed::set_state(const std::string& state, double since, std::string reason) {
  // That it is up is no news before its torrents are here: they come at once.
  known_ = known_ || state != "up";
  if (state != state_ || reason != reason_) {
    state_ = state;
    since_ = since > 0 ? since : unix_now();
    reason_ = std::move(reason);
    listener_.on_state(*this);
  }
  listener_.on_ready();
}

void DaemonFeed::tick(Clock::time_point now) {
  for (auto look = looks_.begin(); look != looks_.end();) {
    const auto [form, until] = *look;
    look = now < until ? std::next(look) : looks_.erase(look);
    if (now >= until) {
      remove_viewer(form);
    }
  }
  const bool is_needed = viewers_ > 0 || guards_ > 0;
  if (!watch_) {
    if (is_needed && now - ended_ > kStartAgainAfter) {
      start_watch();
    }
    return;
  }
  if (!is_needed && now - left_ > kKeptUnwatched) {
    end_watch();
    return;
  }
  const auto silence = now - heard_;
  if (!silent_ && silence > kSilence) {
    silent_ = true;
    const auto seconds = std::chrono::duration<double>(silence).count();
    set_state("busy", unix_now() - seconds, "its worker does not answer");
  }
  if (silence > kReplaceAfter) {
    heard_ = now;
    jobs_.replace(name_);
  }
}

}  // namespace tws
