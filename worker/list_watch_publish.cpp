// What ListWatch tells the event loop.
#include "worker/list_watch.hpp"

namespace tws::worker {

namespace {

constexpr const char* kTotals[] = {"downloadSpeed", "uploadSpeed", "torrentCount", "activeTorrentCount",
                                   "pausedTorrentCount"};

// Without what changes each second although nothing happens.
std::string text_without_clock(const Json& stats) {
  const Json copy(json_deep_copy(stats.get()));
  for (const char* period : {"current-stats", "cumulative-stats"}) {
    json_object_del(json_object_get(copy.get(), period), "secondsActive");
  }
  return to_text(copy.get());
}

}  // namespace

void ListWatch::publish(const ListDelta& delta) {
  if (!snapshot_sent_) {
    publish_snapshot();
    return;
  }
  const std::string session = changed_totals();
  if (delta.empty() && session == "{}") {
    send("alive", Json(json_pack("{s:f}", "updated", updated_)));
    return;
  }
  send_tails("delta",
             [&](std::string& body, ListFormat format) { encoder_.append_delta(body, format, delta, session); });
}

void ListWatch::publish_snapshot() {
  snapshot_sent_ = true;
  totals_ = Json(json_object());
  const std::string session = changed_totals();
  send_tails("snapshot",
             [&](std::string& body, ListFormat format) { encoder_.append_snapshot(body, format, list_, session); });
}

// The totals that differ from those last sent, as JSON text.
std::string ListWatch::changed_totals() {
  const Json changed(json_object());
  for (const char* name : kTotals) {
    json_t* value = json_object_get(stats_.get(), name);
    if (value != nullptr && json_equal(value, json_object_get(totals_.get(), name)) == 0) {
      json_object_set(changed.get(), name, value);
      json_object_set(totals_.get(), name, value);
    }
  }
  return to_text(changed.get());
}

void ListWatch::publish_session() {
  const std::string settings = to_text(daemon_.settings().get());
  std::string text = text_without_clock(stats_) + settings;
  if (json_object_size(stats_.get()) == 0 || text == session_text_) {
    return;
  }
  session_text_ = std::move(text);
  send("session", Json(json_object()), R"("stats":)" + to_text(stats_.get()) + R"(,"settings":)" + settings);
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

template <typename AppendTail>
void ListWatch::send_tails(const char* kind, AppendTail append_tail) {
  std::string body;
  const Json tails(json_array());
  for (const ListFormat format : formats_) {
    const std::size_t start = body.size();
    append_tail(body, format);
    json_array_append_new(tails.get(), json_pack("{s:s,s:I}", "format", name_of(format), "length",
                                                 static_cast<json_int_t>(body.size() - start)));
  }
  send(kind, Json(json_pack("{s:f,s:O}", "updated", updated_, "tails", tails.get())), body);
}

void ListWatch::send(const char* kind, const Json& members, const std::string& body) {
  publish_state();  // before anything that it explains
  Json header(json_pack("{s:s,s:I,s:s}", "type", "progress", "id", json_int_t{*id_}, "kind", kind));
  json_object_update(header.get(), members.get());
  socket_.send(header, body);
  last_frame_ = Clock::now();
}

}  // namespace tws::worker
