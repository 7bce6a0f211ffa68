#include "worker/list_watch.hpp"

#include <algorithm>

#include "wire/error_uris.hpp"

namespace tws::worker {

namespace {

// Other clients' changes that "recently-active" does not show come with a sweep over all torrents.
constexpr std::chrono::seconds kSweepInterval{30};
// "recently-active" and its `removed` cover 60 s; less a margin.
constexpr std::chrono::seconds kLongestGap{55};
// What a command asks for, a stop above all, Transmission does with its next pulse, every 500 ms.
constexpr Milliseconds kSettleTime{600};
// The event loop takes a worker that is silent for longer to hang.
constexpr std::chrono::seconds kHeartbeat{1};
// With more torrents to read again, the whole list costs the daemon less.
constexpr std::size_t kMaxTouched = 500;

Json hash_list(const HashSet& hashes) {
  Json list(json_array());
  for (const std::string& hash : hashes) {
    json_array_append_new(list.get(), json_string(hash.c_str()));
  }
  return list;
}

}  // namespace

ListWatch::ListWatch(Daemon& daemon, DetailWatch& details, JobSocket& socket, const DaemonConfig& config)
    : daemon_(daemon),
      details_(details),
      socket_(socket),
      encoder_(config.name, config.key_prefix),
      interval_(config.poll_interval) {}

Status ListWatch::start(std::int64_t id, const json_t* arguments) {
  std::vector<TailForm> forms = tail_forms_of(arguments);
  if (forms.empty() || (id_ && *id_ != id)) {
    return Error{
        "a watch needs tails (format: object, table; serializer: json, cbor, msgpack), and there is one watch at a "
        "time",
        error_uri::kInvalidArgument};
  }
  forms_ = std::move(forms);
  if (id_) {
    if (snapshot_sent_) {
      publish_snapshot();
    }
    return Done{};
  }
  id_ = id;
  settings_due_ = true;
  next_poll_ = last_frame_ = Clock::now();
  daemon_.forget_health();
  return Done{};
}

void ListWatch::cancel(std::int64_t id) {
  if (id_ != id) {
    return;
  }
  ++run_;
  id_.reset();
  reading_ = false;
  list_.clear();
  due_.clear();
  settling_.clear();
  snapshot_sent_ = false;
  totals_ = Json(json_object());
  session_text_.clear();
}

void ListWatch::touched(const HashSet& hashes) {
  details_.touched(hashes);
  if (id_) {
    due_.insert(hashes.begin(), hashes.end());
    touched_.insert(hashes.begin(), hashes.end());
    settling_.insert(hashes.begin(), hashes.end());
    settled_at_ = Clock::now() + kSettleTime;
  }
}

void ListWatch::removed(const HashSet& hashes) {
  details_.removed(hashes);
  if (!id_) {
    return;
  }
  for (const std::string& hash : hashes) {
    due_.erase(hash);
    settling_.erase(hash);
    touched_.insert(hash);
  }
  ListDelta delta;
  delta.removed = list_.remove(hashes);
  if (snapshot_sent_ && !delta.removed.empty()) {
    updated_ = unix_time();
    publish(delta);
  }
}

void ListWatch::tick(Timers& timers, bool command_waits) {
  if (!id_) {
    return;
  }
  publish_state();
  // Whatever else happens, the event loop hears from the worker.
  if (last_frame_ + kHeartbeat <= timers.now() && !socket_.backlog()) {
    send("alive", Json(json_object()));
  }
  timers.due(last_frame_ + kHeartbeat);
  if (!settling_.empty() && timers.due(settled_at_)) {
    due_.merge(settling_);
    settling_.clear();
  }
  // Nothing more is read than the event loop takes.
  if (!reading_ && !socket_.backlog()) {
    start_next_request(timers, command_waits);
  }
}

void ListWatch::start_next_request(Timers& timers, bool command_waits) {
  if (daemon_.health().state() == DaemonHealth::State::kDown && !timers.due(daemon_.health().retry_at())) {
    return;
  }
  if (settings_due_ || daemon_.rpc_version() == 0) {
    read_settings();
    return;
  }
  const bool current = list_is_current(timers.now());
  if (current && !due_.empty() && due_.size() <= kMaxTouched) {
    read_list(Selection::kTouched);
    return;
  }
  if (!timers.due(next_poll_) || (command_waits && !timers.due(next_poll_ + interval_))) {
    return;
  }
  next_poll_ = std::max(next_poll_ + interval_, timers.now());
  if (current && due_.empty() && timers.now() < next_sweep_) {
    poll(Selection::kRecentlyActive);
    return;
  }
  next_sweep_ = timers.now() + kSweepInterval;
  settings_due_ = current;  // with each sweep, too; without a list they have just been read
  poll(Selection::kAll);
}

bool ListWatch::list_is_current(Clock::time_point now) const {
  return snapshot_sent_ && list_session_ == daemon_.session() && now - list_read_ < kLongestGap;
}

void ListWatch::read_settings() {
  settings_due_ = false;
  reading_ = true;
  daemon_.read_settings([this, run = run_](const RpcReply& reply) {
    if (run != run_) {
      return;
    }
    if (reply.outcome == RpcOutcome::kSuccess) {
      reading_ = false;
      publish_session();
    } else {
      settings_due_ = true;
      give_up(reply.outcome == RpcOutcome::kRefused ? reply.message : "");
    }
  });
}

void ListWatch::poll(Selection selection) {
  ask({.method = "session-stats"}, [this, selection](const json_t* arguments) {
    stats_ = Json::share(const_cast<json_t*>(arguments));
    publish_session();
    read_list(selection);
  });
}

void ListWatch::read_list(Selection selection) {
  Json arguments(json_pack("{s:s}", "format", "table"));
  const Json fields = selection == Selection::kRecentlyActive ? live_field_names() : list_field_names();
  json_object_set(arguments.get(), "fields", fields.get());
  requested_.clear();
  touched_.clear();
  if (selection == Selection::kTouched) {
    requested_.swap(due_);
    json_object_set_new(arguments.get(), "ids", hash_list(requested_).release());
  } else if (selection == Selection::kRecentlyActive) {
    json_object_set_new(arguments.get(), "ids", json_string("recently-active"));
  } else {
    requested_.swap(due_);  // the whole list answers them too
  }
  ask({.method = "torrent-get", .arguments = std::move(arguments)},
      [this, selection, sent = Clock::now()](const json_t* result) {
        reading_ = false;
        if (selection != Selection::kTouched) {
          list_read_ = sent;
          // A daemon gets as much rest as its answer took.
          next_poll_ = std::max(next_poll_, Clock::now() + (Clock::now() - sent));
        }
        take_list(selection, result);
      });
}

void ListWatch::ask(RpcRequest request, std::function<void(const json_t*)> then) {
  reading_ = true;
  daemon_.call(std::move(request), [this, run = run_, then = std::move(then)](const RpcReply& reply) {
    if (run != run_) {
      return;
    }
    if (reply.outcome == RpcOutcome::kSuccess) {
      then(reply.arguments.get());
    } else {
      give_up(reply.outcome == RpcOutcome::kRefused ? reply.message : "");
    }
  });
}

// An empty reason: the daemon's health knows it already.
void ListWatch::give_up(const std::string& reason) {
  reading_ = false;
  due_.merge(requested_);
  if (!reason.empty()) {
    daemon_.makes_no_sense(reason);
  }
}

void ListWatch::take_list(Selection selection, const json_t* arguments) {
  if (selection == Selection::kAll) {
    list_session_ = daemon_.session();
  } else if (list_session_ != daemon_.session()) {
    due_.merge(requested_);
    return;  // the daemon was restarted: its numbers mean other torrents, so the whole list is read
  }
  const json_t* table = json_object_get(arguments, "torrents");
  auto delta = selection == Selection::kAll       ? list_.replace(table, touched_)
               : selection == Selection::kTouched ? list_.update_exactly(table, requested_, touched_)
                                                  : list_.update(table, touched_);
  if (!delta) {
    give_up(delta.error().message);
    return;
  }
  if (selection == Selection::kRecentlyActive) {
    delta->removed = list_.remove_ids(json_object_get(arguments, "removed"), touched_);
  }
  requested_.clear();
  due_.insert(delta->unknown.begin(), delta->unknown.end());
  daemon_.makes_sense();
  updated_ = unix_time();
  publish(*delta);
}

}  // namespace tws::worker
