#include "worker/list_reader.hpp"

#include <algorithm>
#include <utility>

namespace tws::worker {

namespace {

// Other clients' changes that "recently-active" does not show come with a sweep over all torrents.
constexpr std::chrono::seconds kSweepInterval{30};
// After a sweep that could not read all.
constexpr std::chrono::seconds kSoon{1};
// "recently-active" and its `removed` cover 60 s; less a margin.
constexpr std::chrono::seconds kLongestGap{55};
// What a command asks for, a stop above all, Transmission does with its next pulse, every 500 ms.
constexpr Milliseconds kSettleTime{600};
// With more torrents to read again, the whole list costs the daemon less.
constexpr std::size_t kMaxTouched = 500;
constexpr const char* kTotals[] = {"downloadSpeed", "uploadSpeed", "torrentCount", "activeTorrentCount",
                                   "pausedTorrentCount"};

Json hash_list(const HashSet& hashes) {
  Json list(json_array());
  for (const std::string& hash : hashes) {
    json_array_append_new(list.get(), json_string(hash.c_str()));
  }
  return list;
}

}  // namespace

ListReader::ListReader(Daemon& daemon, OwnerStore& owners, const JobSocket& socket, const DaemonConfig& config)
    : daemon_(daemon), owners_(owners), socket_(socket), interval_(config.poll_interval), list_(owners.owners()) {}

void ListReader::add(ListListener* listener) {
  if (listeners_.empty()) {
    start();
  }
  listeners_.push_back(listener);
}

void ListReader::remove(const ListListener* listener) {
  if (std::erase(listeners_, listener) != 0 && listeners_.empty()) {
    stop();
  }
}

void ListReader::start() {
  settings_due_ = true;
  next_poll_ = Clock::now();
  daemon_.forget_health();
}

void ListReader::stop() {
  ++run_;
  reading_ = false;
  list_.clear();
  has_list_ = false;
  due_.clear();
  settling_.clear();
  totals_ = Json(json_object());
}

void ListReader::touched(const HashSet& hashes) {
  if (!listeners_.empty()) {
    due_.insert(hashes.begin(), hashes.end());
    touched_.insert(hashes.begin(), hashes.end());
    settling_.push_back({.at = Clock::now() + kSettleTime, .hashes = hashes});
  }
}

void ListReader::removed(const HashSet& hashes) {
  for (const std::string& hash : hashes) {
    owners_.set(hash, "");
  }
  if (listeners_.empty()) {
    return;
  }
  for (const std::string& hash : hashes) {
    due_.erase(hash);
    for (Settling& settling : settling_) {
      settling.hashes.erase(hash);
    }
    touched_.insert(hash);
  }
  ListDelta delta;
  delta.removed = list_.remove(hashes);
  if (has_list_ && !delta.removed.empty()) {
    updated_ = unix_time();
    tell(delta);
  }
}

void ListReader::tick(Timers& timers, bool command_waits) {
  if (listeners_.empty()) {
    return;
  }
  while (!settling_.empty() && timers.due(settling_.front().at)) {
    due_.merge(settling_.front().hashes);
    settling_.pop_front();
  }
  if (!reading_ && is_needed() && !socket_.backlog()) {
    start_next_request(timers, command_waits);
  }
}

bool ListReader::is_needed() const {
  return std::any_of(listeners_.begin(), listeners_.end(),
                     [](const ListListener* listener) { return listener->needs_news(); });
}

bool ListReader::is_current(Clock::time_point now) const {
  return covers_gap(now) && due_.empty() && requested_.empty();
}

void ListReader::start_next_request(Timers& timers, bool command_waits) {
  if (daemon_.health().is_resting(timers)) {
    return;
  }
  if (settings_due_ || daemon_.rpc_version() == 0) {
    read_settings();
    return;
  }
  const bool current = covers_gap(timers.now());
  // Steady commands hold up the polls by one interval, and no longer.
  if (current && !due_.empty() && due_.size() <= kMaxTouched && timers.now() < next_poll_ + interval_) {
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

bool ListReader::covers_gap(Clock::time_point now) const {
  return has_list_ && list_session_ == daemon_.session() && now - list_read_ < kLongestGap;
}

void ListReader::read_settings() {
  settings_due_ = false;
  reading_ = true;
  daemon_.read_settings([this, run = run_](const RpcReply& reply) {
    if (run != run_) {
      return;
    }
    if (reply.outcome == RpcOutcome::kSuccess) {
      reading_ = false;
      tell_session();
    } else {
      settings_due_ = true;
      give_up(reply.outcome == RpcOutcome::kRefused ? reply.message : "");
    }
  });
}

void ListReader::poll(Selection selection) {
  ask({.method = "session-stats"}, [this, selection](const json_t* arguments) {
    stats_ = Json::share(const_cast<json_t*>(arguments));
    tell_session();
    read_list(selection);
  });
}

void ListReader::read_list(Selection selection) {
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

void ListReader::ask(RpcRequest request, std::function<void(const json_t*)> then) {
  reading_ = true;
  daemon_.call(std::move(request), [this, run = run_, then = std::move(then)](const RpcReply& reply) {
    if (run != run_) {
      return;
    }
    if (reply.outcome == RpcOutcome::kSuccess) {
      then(reply.arguments.get());
    } else {
      give_up(reply.outcome == RpcOutcome::kRefused || reply.unreadable ? reply.message : "");
    }
  });
}

// An empty reason: the daemon's health knows it already.
void ListReader::give_up(const std::string& reason) {
  reading_ = false;
  due_.merge(requested_);
  if (!reason.empty()) {
    daemon_.makes_no_sense(reason);
  }
}

void ListReader::take_list(Selection selection, const json_t* arguments) {
  const bool is_of_same_session = list_session_ == daemon_.session();
  if (selection == Selection::kAll) {
    list_session_ = daemon_.session();
    if (const auto now = Clock::now(); !owners_.read(now)) {
      next_sweep_ = now + kSoon;
    }
  } else if (!is_of_same_session) {
    due_.merge(requested_);
    return;  // the daemon was restarted: its numbers mean other torrents, so the whole list is read
  }
  const json_t* table = json_object_get(arguments, "torrents");
  auto delta = selection == Selection::kAll ? list_.replace(table, touched_)
               : selection == Selection::kTouched
                   ? list_.update_exactly(table, requested_, touched_)
                   : list_.update(table, json_object_get(arguments, "removed"), touched_);
  if (!delta) {
    give_up(delta.error().message);
    return;
  }
  requested_.clear();
  if (is_of_same_session) {  // one that has just started may not have read all of its torrents yet
    forget_owners(*delta, selection == Selection::kAll);
  }
  due_.insert(delta->incomplete.begin(), delta->incomplete.end());
  daemon_.makes_sense();
  updated_ = unix_time();
  tell(*delta);
}

void ListReader::forget_owners(const ListDelta& delta, bool is_of_all) {
  for (const std::string& hash : delta.removed) {
    // Else a command has added it again meanwhile.
    if (!due_.contains(hash)) {
      owners_.forget(hash);
    }
  }
  if (is_of_all) {
    owners_.forget_others(list_.torrents());
  }
}

void ListReader::tell(const ListDelta& delta) {
  const Json totals = changed_totals();
  const bool is_first = !std::exchange(has_list_, true);
  for (ListListener* listener : listeners_) {
    if (is_first) {
      listener->on_list();
    } else {
      listener->on_delta(delta, totals.get());
    }
  }
}

void ListReader::tell_session() {
  for (ListListener* listener : listeners_) {
    listener->on_session();
  }
}

// The totals that differ from those last told; from now on they are told.
Json ListReader::changed_totals() {
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

}  // namespace tws::worker
