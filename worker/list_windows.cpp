#include "worker/list_windows.hpp"

#include <utility>

#include "wire/error_uris.hpp"
#include "worker/job_deadline.hpp"

namespace tws::worker {

namespace {

// Who asks again within this time is answered out of the list that was read for him.
constexpr std::chrono::seconds kKeepList{10};
// How long a list is waited for that shows what commands did: with steady commands there is always one more.
constexpr std::chrono::seconds kPatience{1};

}  // namespace

ListWindows::ListWindows(const Daemon& daemon, ListReader& reader, JobSocket& socket, const DaemonConfig& config)
    : daemon_(daemon),
      reader_(reader),
      socket_(socket),
      daemon_name_(config.name),
      encoder_(config.name, config.key_prefix) {}

Status ListWindows::start(std::int64_t id, const json_t* arguments) {
  std::vector<TailForm> forms = tail_forms_of(arguments);
  if (forms.empty()) {
    return Error{"a watch needs tails (format: object, table; serializer: json, cbor, msgpack)",
                 error_uri::kInvalidArgument};
  }
  auto found = watches_.find(id);
  if (found == watches_.end()) {
    const auto request = read_window_request(arguments, "tails");
    if (!request) {
      return request.error();
    }
    listen();
    found = watches_.emplace(id, Watch{.forms = {}, .window = ListWindow(WindowSpec(*request), index_)}).first;
  }
  found->second.forms = std::move(forms);
  if (reader_.has_list()) {
    publish_snapshot(id, found->second);
  }
  return Done{};
}

void ListWindows::cancel(std::int64_t id) { watches_.erase(id); }

void ListWindows::get(std::int64_t id, const JobFrame& job) {
  const auto body = parse_json(job.body);
  const json_t* arguments = body ? body->get() : nullptr;
  const auto request = read_window_request(arguments, "format");
  if (!request) {
    socket_.send_error(id, request.error());
    return;
  }
  const json_t* given = json_object_get(arguments, "format");
  const auto format = given == nullptr ? ListFormat::kObject : format_named(string_of(given));
  if (!format) {
    socket_.send_error(id, {R"(argument format must be "object" or "table")", error_uri::kInvalidArgument});
    return;
  }
  listen();
  gets_.push_back({.id = id,
                   .spec = WindowSpec(*request),
                   .format = *format,
                   .patient_until = Clock::now() + kPatience,
                   .deadline = deadline_of(job.header.get())});
}

void ListWindows::tick(Timers& timers) {
  const auto until = Clock::now() + kShareOfTurn;
  gets_.remove_if([&](const Get& get) {
    if (Clock::now() >= until) {
      timers.again();
      return false;
    }
    return answer(get, timers);
  });
  stop_listening_if_idle(timers);
}

void ListWindows::listen() {
  if (!std::exchange(listening_, true)) {
    reader_.add(this);
    if (reader_.has_list()) {
      index_.update(reader_.list().everything());
    }
  }
}

void ListWindows::stop_listening_if_idle(Timers& timers) {
  if (listening_ && watches_.empty() && gets_.empty() && timers.due(listen_until_)) {
    listening_ = false;
    reader_.remove(this);
    index_.clear();
  }
}

void ListWindows::on_list() {
  const ListIndex::Update everything = index_.update(reader_.list().everything());
  for (auto& [id, watch] : watches_) {
    watch.window.update(everything);
    publish_snapshot(id, watch);
  }
}

void ListWindows::on_delta(const ListDelta& delta, const json_t* totals) {
  const ListIndex::Update update = index_.update(delta);
  for (auto& [id, watch] : watches_) {
    const WindowDelta changed = watch.window.update(update);
    if (!changed.empty() || json_object_size(totals) != 0) {
      publish(id, watch, changed, totals);
    }
  }
}

// Another one after the first says nothing new: it is for the event loop's cache.
void ListWindows::publish_snapshot(std::int64_t id, Watch& watch) {
  const Json further(
      json_pack("{s:O,s:o}", "session", reader_.totals().get(), "counts", watch.window.counts().release()));
  add_order(further, watch.window);
  send_tails(id, "snapshot", watch, watch.window.everything(), further, std::exchange(watch.snapshot_sent, true));
}

void ListWindows::publish(std::int64_t id, const Watch& watch, const WindowDelta& delta, const json_t* totals) {
  const Json further(json_pack("{s:O}", "session", totals));
  if (delta.is_order_new) {
    add_order(further, watch.window);
  }
  if (json_object_size(delta.counts.get()) != 0) {
    json_object_set(further.get(), "counts", delta.counts.get());
  }
  send_tails(id, "delta", watch, delta.torrents, further, false);
}

void ListWindows::add_order(const Json& further, const ListWindow& window) const {
  json_t* order = json_array();
  for (const Slot slot : window.range()) {
    json_array_append_new(order, json_string(encoder_.key_of(index_[slot].hash).c_str()));
  }
  json_object_set_new(further.get(), "offset", json_integer(static_cast<json_int_t>(window.offset())));
  json_object_set_new(further.get(), "order", order);
}

void ListWindows::send_tails(std::int64_t id, const char* kind, const Watch& watch, const ListDelta& torrents,
                             const Json& further, bool continues) {
  constexpr json_int_t kOfTorrents = 2;  // `torrents` and `removed`
  std::string body;
  const auto lengths = encoder_.append_tails(body, watch.forms, torrents, further.get());
  const Json header(json_pack("{s:f,s:o,s:I}", "updated", reader_.updated(), "tails",
                              lengths_of_tails(watch.forms, lengths).release(), "members",
                              kOfTorrents + static_cast<json_int_t>(json_object_size(further.get()))));
  if (continues) {
    json_object_set_new(header.get(), "continues", json_true());
  }
  socket_.send_progress(id, kind, header, body);
}

// What commands did is waited for a while, but not a daemon that does not answer.
bool ListWindows::answer(const Get& get, Timers& timers) {
  const bool is_fresh =
      reader_.is_current(timers.now()) || (reader_.covers_gap(timers.now()) && timers.due(get.patient_until));
  if (reader_.has_list() && (daemon_.health().is_out() || is_fresh)) {
    socket_.send_result(get.id, result_of(get));
    listen_until_ = timers.now() + kKeepList;
    return true;
  }
  if (!reader_.has_list() && daemon_.health().state() == DaemonHealth::State::kDown) {
    socket_.send_error(get.id, {daemon_.health().reason(), error_uri::kDaemonUnreachable});
    return true;
  }
  if (timers.due(get.deadline)) {
    socket_.send_error(get.id, {"the daemon did not give its list in time", error_uri::kDaemonUnreachable});
    return true;
  }
  return false;
}

std::string ListWindows::result_of(const Get& get) const {
  const ListWindow window(get.spec, index_);
  const DaemonHealth& health = daemon_.health();
  const Json state(
      json_pack("{s:s,s:f,s:f}", "state", health.state_name(), "since", health.since(), "updated", reader_.updated()));
  if (!health.reason().empty()) {
    json_object_set_new(state.get(), "reason", json_string(health.reason().c_str()));
  }
  const Json further(json_pack("{s:{s:O},s:O,s:o}", "daemons", daemon_name_.c_str(), state.get(), "session",
                               reader_.totals().get(), "counts", window.counts().release()));
  add_order(further, window);
  const TailForm form{get.format, Serializer::kJson};
  std::string result = "{";
  encoder_.append_tails(result, {&form, 1}, window.everything(), further.get());
  return result;
}

}  // namespace tws::worker
