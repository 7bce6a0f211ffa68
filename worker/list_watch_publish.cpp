// What ListWatch tells the event loop.
#include <utility>

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
  const Json totals = changed_totals();
  if (delta.empty() && json_object_size(totals.get()) == 0) {
    send("alive", Json(json_pack("{s:f}", "updated", updated_)));
    return;
  }
  send_tails("delta", Json(json_object()), delta, totals);
}

// Another one after the first says nothing new: it is for the event loop's cache.
void ListWatch::publish_snapshot() {
  const Json members(json_object());
  if (std::exchange(snapshot_sent_, true)) {
    json_object_set_new(members.get(), "continues", json_true());
  } else {
    changed_totals();
  }
  send_tails("snapshot", members, list_.everything(), totals_);
}

// The totals that differ from those last sent; from now on they are sent.
Json ListWatch::changed_totals() {
  Json changed(json_object());
  for (const char* name : kTotals) {
    json_t* value = json_object_get(stats_.get(), name);
    if (value != nullptr && json_equal(value, json_object_get(totals_.get(), name)) == 0) {
      json_object_set(changed.get(), name, value);
      json_object_set(totals_.get(), name, value);
    }
  }
  return changed;
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

void ListWatch::send_tails(const char* kind, const Json& members, const ListDelta& delta, const Json& totals) {
  std::string body;
  const auto lengths = encoder_.append_tails(body, forms_, delta, totals.get());
  const Json tails(json_array());
  for (std::size_t i = 0; i < forms_.size(); ++i) {
    json_array_append_new(tails.get(),
                          json_pack("{s:s,s:s,s:I}", "format", name_of(forms_[i].format), "serializer",
                                    tws::name_of(forms_[i].serializer), "length", static_cast<json_int_t>(lengths[i])));
  }
  json_object_set_new(members.get(), "updated", json_real(updated_));
  json_object_set(members.get(), "tails", tails.get());
  send(kind, members, body);
}

void ListWatch::send(const char* kind, const Json& members, const std::string& body) {
  publish_state();  // before anything that it explains
  const RpcClient::Figures& figures = daemon_.figures();
  const Json header(json_pack("{s:s,s:I,s:s,s:{s:I,s:I,s:f}}", "type", "progress", "id", json_int_t{*id_}, "kind", kind,
                              "figures", "requests", static_cast<json_int_t>(figures.requests), "errors",
                              static_cast<json_int_t>(figures.errors), "busy_seconds", figures.busy_seconds));
  json_object_update(header.get(), members.get());
  socket_.send(header, body);
  last_frame_ = Clock::now();
}

}  // namespace tws::worker
