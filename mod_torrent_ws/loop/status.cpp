// The status of the event loop, for the handler torrent-ws-status.
#include <unistd.h>

#include "loop/event_loop.hpp"

namespace tws {

namespace {

json_int_t number(std::uint64_t value) { return static_cast<json_int_t>(value); }

json_t* list_json(const std::vector<pid_t>& pids) {
  json_t* list = json_array();
  for (const pid_t pid : pids) {
    json_array_append_new(list, json_integer(pid));
  }
  return list;
}

json_t* backends_json(const Feeds& feeds) {
  json_t* backends = json_object();
  for (const auto& feed : feeds) {
    const DaemonFigures figures = feed->figures();
    json_object_set_new(backends, feed->name().c_str(),
                        json_pack("{sI sI sf}", "requests", static_cast<json_int_t>(figures.requests), "errors",
                                  static_cast<json_int_t>(figures.errors), "busy_seconds", figures.busy_seconds));
  }
  return backends;
}

json_t* handlers_json(const Handlers& handlers) {
  json_t* object = json_object();
  for (const auto& handler : handlers.all()) {
    const HandlerFigures& figures = handler->figures();
    json_object_set_new(object, handler->name().c_str(),
                        json_pack("{sI sI sI}", "jobs", number(figures.jobs), "refused", number(figures.refused),
                                  "restarts", number(figures.restarts)));
  }
  return object;
}

json_t* refusals_json(const Refusals& refusals) {
  json_t* object = json_object();
  for (std::size_t i = 0; i < kRefusals; ++i) {
    const auto refusal = static_cast<Refusal>(i);
    json_object_set_new(object, Refusals::name(refusal).data(), json_integer(number(refusals.count_of(refusal))));
  }
  return object;
}

}  // namespace

std::string EventLoop::status_json() const {
  const auto connections = server_->connections();
  const auto& traffic = server_->traffic();
  const auto jobs = jobs_.counts();
  std::size_t sessions = 0;
  std::size_t subscriptions = 0;
  std::uint64_t token_failures = 0;
  for (const auto& [name, realm] : realms_) {
    sessions += realm->session_count();
    subscriptions += realm->broker().count();
    token_failures += realm->wrong_tries();
  }
  const Json status(json_pack(
      "{s{si so so so} s{sI sI sI sI} sI sI sI so so so so so s{sI sI sI sI} sI sI sI sI}", "pids", "event_loop",
      getpid(), "workers", list_json(jobs_.pids()), "handlers", list_json(handlers_->pids()), "relays",
      list_json(relays_.pids()), "connections", "ws", number(connections.ws), "wss", number(connections.wss), "relay",
      number(relays_.connections()), "blocking", number(connections.blocking), "handshakes",
      number(connections.handshakes), "sessions", number(sessions), "subscriptions", number(subscriptions), "refused",
      refusals_json(server_->refusals()), "backends", backends_json(feeds_), "handlers", handlers_json(*handlers_),
      "publications", bridges_->published_json(), "publications_refused", bridges_->refused_json(), "jobs", "queued",
      number(jobs.queued), "running", number(jobs.running), "done", number(jobs.done), "failed", number(jobs.failed),
      "queued_bytes", number(traffic.queued_bytes), "dropped_deltas", number(traffic.dropped_deltas), "worker_restarts",
      number(jobs.workers_lost), "token_failures", number(token_failures)));
  const PoolSize& pool = *jobs_.pool();
  json_object_set_new(status.get(), "workers",
                      json_pack("{sI sI sI sI}", "pool", number(jobs.pool), "pool_least", number(pool.least()),
                                "pool_most", number(pool.most()), "recycled", number(jobs.workers_recycled)));
  const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started_);
  json_object_set_new(status.get(), "uptime_seconds", json_integer(uptime.count()));
  json_object_set_new(status.get(), "version", json_string(TWS_VERSION));
  return to_text(status.get());
}

}  // namespace tws
