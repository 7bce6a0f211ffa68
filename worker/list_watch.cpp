#include "worker/list_watch.hpp"

#include <algorithm>
#include <utility>

#include "wire/error_uris.hpp"

namespace tws::worker {

namespace {

// The event loop takes a worker that is silent for longer to hang.
constexpr std::chrono::seconds kHeartbeat{1};

// Without what changes each second although nothing happens.
std::string text_without_clock(const Json& stats) {
  const Json copy(json_deep_copy(stats.get()));
  for (const char* period : {"current-stats", "cumulative-stats"}) {
    json_object_del(json_object_get(copy.get(), period), "secondsActive");
  }
  return to_text(copy.get());
}

}  // namespace

ListWatch::ListWatch(const Daemon& daemon, ListReader& reader, JobSocket& socket, const DaemonConfig& config)
    : daemon_(daemon), reader_(reader), socket_(socket), encoder_(config.name, config.key_prefix) {}

Status ListWatch::start(std::int64_t id, const json_t* arguments) {
  std::vector<TailForm> forms = tail_forms_of(arguments);
  if (forms.empty() || (id_ && *id_ != id)) {
    return Error{
        "a watch needs tails (format: object, table; serializer: json, cbor, msgpack), and there is one watch at a "
        "time",
        error_uri::kInvalidArgument};
  }
  forms_ = std::move(forms);
  paused_ = bool_member(arguments, "paused");
  const bool begins = !id_;
  id_ = id;
  if (begins) {
    last_frame_ = Clock::now();
    reader_.add(this);
  }
  if (reader_.has_list() && (begins || !paused_)) {
    on_session();
    publish_snapshot();
  }
  return Done{};
}

void ListWatch::cancel(std::int64_t id) {
  if (id_ != id) {
    return;
  }
  reader_.remove(this);
  id_.reset();
  snapshot_sent_ = false;
  session_text_.clear();
  state_revision_.reset();
}

void ListWatch::tick(Timers& timers) {
  if (!id_) {
    return;
  }
  publish_state();
  // Whatever else happens, the event loop hears from the worker.
  if (last_frame_ + kHeartbeat <= timers.now() && !socket_.backlog()) {
    send("alive", Json(json_object()));
  }
  timers.due(last_frame_ + kHeartbeat);
}

void ListWatch::on_delta(const ListDelta& delta, const json_t* totals) {
  if (delta.empty() && json_object_size(totals) == 0) {
    send("alive", Json(json_pack("{s:f}", "updated", reader_.updated())));
    return;
  }
  send_tails("delta", Json(json_object()), delta, totals);
}

// Another one after the first says nothing new: it is for the event loop's cache.
void ListWatch::publish_snapshot() {
  const Json members(json_object());
  if (std::exchange(snapshot_sent_, true)) {
    json_object_set_new(members.get(), "continues", json_true());
  }
  send_tails("snapshot", members, reader_.list().everything(), reader_.totals().get());
}

void ListWatch::on_session() {
  const std::string settings = to_text(daemon_.settings().get());
  std::string text = text_without_clock(reader_.stats()) + settings;
  if (json_object_size(reader_.stats().get()) == 0 || text == session_text_) {
    return;
  }
  session_text_ = std::move(text);
  send("session", Json(json_object()), R"("stats":)" + to_text(reader_.stats().get()) + R"(,"settings":)" + settings);
}

void ListWatch::publish_state() {
  const DaemonHealth& health = daemon_.health();
  if (health.state() == DaemonHealth::State::kUnknown || health.revision() == state_revision_) {
    return;
  }
  state_revision_ = health.revision();
  send("state", Json(json_pack("{s:s,s:f,s:s}", "state", health.state_name(), "since", health.since(), "reason",
                               health.reason().c_str())));
}

void ListWatch::send_tails(const char* kind, const Json& members, const ListDelta& delta, const json_t* totals) {
  std::string body;
  const Json further(json_pack("{s:O}", "session", totals));
  const auto lengths = encoder_.append_tails(body, forms_, delta, further.get());
  json_object_set_new(members.get(), "updated", json_real(reader_.updated()));
  json_object_set_new(members.get(), "tails", lengths_of_tails(forms_, lengths).release());
  if (std::find(lengths.begin(), lengths.end(), 0) != lengths.end()) {
    json_object_set_new(members.get(), "left_out", json_true());
  }
  send(kind, members, body);
}

void ListWatch::send(const char* kind, const Json& members, const std::string& body) {
  publish_state();  // before anything that it explains
  const RpcClient::Figures& figures = daemon_.figures();
  json_object_set_new(members.get(), "figures",
                      json_pack("{s:I,s:I,s:f}", "requests", static_cast<json_int_t>(figures.requests), "errors",
                                static_cast<json_int_t>(figures.errors), "busy_seconds", figures.busy_seconds));
  socket_.send_progress(*id_, kind, members, body);
  last_frame_ = Clock::now();
}

}  // namespace tws::worker
