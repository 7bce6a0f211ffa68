#include "loop/event_loop.hpp"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "jobs/directory_jobs.hpp"
#include "support/random.hpp"
#include "topics/procedures.hpp"
#include "wamp/clock.hpp"
#include "wamp/meta_api.hpp"
#include "wamp/session_v1.hpp"
#include "wamp/session_v2.hpp"
#ifdef TWS_TEST_ENDPOINTS
#include "loop/echo.hpp"
#endif

namespace tws {

namespace {

constexpr const char* kTorrentsRealm = "torrents";
#ifdef TWS_TEST_ENDPOINTS
constexpr const char* kOpenRealm = "realm1";
#endif
constexpr double kTickSeconds = 0.05;
// Between two ticks; after more the thread itself has stood still, and not the workers.
constexpr auto kStoodStill = std::chrono::seconds(1);
constexpr auto kFarewellTime = std::chrono::milliseconds(1000);
// Taken in one turn of the loop; the rest comes after the others had theirs.
constexpr int kHandoversPerTurn = 64;

// Greater than any that an earlier process gave out, as none gives out so many in a millisecond; below 2^53 until the
// year 2109. Where the clock was set back it is not greater: then the random bits, and where the last process ended,
// see to it that none of the earlier ones is taken for one of this process.
std::uint64_t first_revision() {
  constexpr std::uint64_t kInMillisecond = 1 << 11;
  return static_cast<std::uint64_t>(wamp::unix_ms_now()) * kInMillisecond + random_id() % kInMillisecond;
}

PoolLimits pool_limits(const Configuration& configuration) {
  if (configuration.database.empty()) {
    return {};
  }
  return {.least = static_cast<std::size_t>(configuration.workers),
          .most = static_cast<std::size_t>(configuration.max_workers),
          .max_jobs = configuration.worker_max_jobs};
}

}  // namespace

EventLoop::EventLoop(const Log& log, Configuration configuration, Fd handover_socket, Fd access_log,
                     const WorkerRequests& ask, std::function<void()> on_left)
    : log_(log),
      configuration_(std::move(configuration)),
      handover_socket_(std::move(handover_socket)),
      loop_(ev_loop_new(EVFLAG_AUTO)),
      mailbox_(loop_),
      jobs_(loop_, log, ask.replace),
      relays_(loop_),
      on_left_(std::move(on_left)) {
  make_torrents_realm();
  bridges_ = std::make_unique<Bridges>(loop_, log_, *realms_.at(kTorrentsRealm));
  make_handlers(ask.replace);
  jobs_.manage(pool_limits(configuration_), ask);
#ifdef TWS_TEST_ENDPOINTS
  realms_.emplace(kOpenRealm, std::make_unique<wamp::Realm>(kOpenRealm, wamp::RealmPolicy{.open_to_anybody = true}));
  add_meta_api(*realms_.at(kOpenRealm));
#endif
  server_ = std::make_unique<WebSocketServer>(loop_, log_, [this](const Handover& handover, Transport& transport) {
    return make_protocol(handover, transport);
  });
  server_->set_access_log(std::move(access_log));
  admin_server_ = std::make_unique<AdminServer>(loop_, log_, realms_, [this] { return status_json(); });
  apply_limits();

  ev_io_init(&handover_ready_, on_handover, handover_socket_.get(), EV_READ);
  ev_timer_init(&tick_, on_tick, kTickSeconds, kTickSeconds);
  handover_ready_.data = tick_.data = this;
  ev_io_start(loop_, &handover_ready_);
  ev_timer_start(loop_, &tick_);
}

EventLoop::~EventLoop() {
  if (thread_.joinable()) {
    leave(CloseCode::kServiceRestart, {});
    thread_.join();
  }
  // Sessions know the handlers, and these the bridges' publisher.
  admin_server_.reset();
  server_.reset();
  handlers_.reset();
  bridges_.reset();
  feeds_.clear();
  ev_io_stop(loop_, &handover_ready_);
  ev_timer_stop(loop_, &tick_);
}

bool EventLoop::start() {
  if (!server_->started()) {
    return false;
  }
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "event-loop");
  return true;
}

void EventLoop::run() {
  ev_run(loop_, 0);
  left_ = true;
  on_left_();
}

void EventLoop::leave(CloseCode code, std::chrono::milliseconds drain) {
  mailbox_.post([this, code, drain] {
    const auto now = std::chrono::steady_clock::now();
    // While it drains, children of an old generation may still hand over; later it is for the next process.
    if (drain.count() == 0) {
      ev_io_stop(loop_, &handover_ready_);
    }
    const auto latest = leaving_ ? drain_.end() : std::chrono::steady_clock::time_point::max();
    drain_ = Drain(open_count() - server_->traffic().closing, drain, now, latest);
    leave_code_ = code;
    leaving_ = true;
    bridges_->leave();
    handlers_->leave();
    close_some(now);
  });
}

std::size_t EventLoop::open_count() const {
  const auto open = server_->connections();
  return open.ws + open.wss;
}

// All but the share that the rest of the drain leaves, so that clients do not all come back at once.
void EventLoop::close_some(std::chrono::steady_clock::time_point now) {
  const auto stay = drain_.may_stay(now);
  const auto open = open_count() - server_->traffic().closing;
  server_->shut_down(leave_code_, leave_code_ == CloseCode::kServiceRestart ? "connect again" : "the server stops",
                     open > stay ? open - stay : 0);
}

void EventLoop::attach_worker(StartedWorker worker) {
  // A std::function has to be copyable, so the descriptor travels in a shared_ptr.
  auto shared = std::make_shared<StartedWorker>(std::move(worker));
  mailbox_.post([this, shared] {
    auto& [role, pid, previous, socket] = *shared;
    Handler* handler = role.role == "handler" ? handlers_->find(role.name) : nullptr;
    if (handler != nullptr) {
      handler->attach(pid, previous, std::move(socket), role.configuration);
    } else {
      jobs_.attach(role.name, pid, std::move(socket), role.configuration, previous);
    }
  });
}

void EventLoop::recycle_worker(pid_t pid, std::size_t resident) {
  mailbox_.post([this, pid, resident] { jobs_.on_too_large(pid, resident); });
}

void EventLoop::reconfigure(Configuration configuration, Fd access_log) {
  auto shared_log = std::make_shared<Fd>(std::move(access_log));
  mailbox_.post([this, configuration = std::move(configuration), shared_log] {
    server_->set_access_log(std::move(*shared_log));
    // Backends, handlers, workers and the database stay as they are until a restart.
    Configuration next = configuration;
    next.database = configuration_.database;
    next.daemons = configuration_.daemons;
    next.handlers = configuration_.handlers;
    configuration_ = std::move(next);
    apply_limits();
  });
}

void EventLoop::serve_admins(Fd listener, uid_t user) {
  auto shared = std::make_shared<Fd>(std::move(listener));
  mailbox_.post([this, shared, user] { admin_server_->listen(std::move(*shared), user); });
}

void EventLoop::serve_publishers(Fd listener) {
  auto shared = std::make_shared<Fd>(std::move(listener));
  mailbox_.post([this, shared] { bridges_->listen(std::move(*shared)); });
}

void EventLoop::apply_limits() {
  using std::chrono::milliseconds;
  const Configuration& now = configuration_;
  apply_policies();
  bridges_->configure(now);
  handlers_->admit(now.zmq);
  server_->set_limits({{now.max_connections, now.max_connections_per_user, now.max_connections_per_address,
                        now.max_handshakes, now.max_blocking_relays},
                       {now.max_message_bytes, now.max_queued_bytes, now.max_message_rate,
                        milliseconds(now.ping_interval_ms), milliseconds(now.handshake_timeout_ms),
                        milliseconds(now.idle_timeout_ms), milliseconds(now.max_session_age_ms)}});
}

void EventLoop::apply_policies() {
  const Configuration& now = configuration_;
  for (const auto& [name, realm] : realms_) {
    wamp::RealmPolicy policy = realm->policy();
    if (name == kTorrentsRealm) {
      policy.admins = now.admins;
      policy.permissions = wamp::Policy(now.permissions);
      policy.directory =
          directory_of(jobs_, !now.database.empty(), now.login_table, std::chrono::milliseconds(now.job_timeout_ms));
    }
    policy.uri_rules = now.strict_uris ? wamp::UriRules::kStrict : wamp::UriRules::kLoose;
    policy.strict_request_ids = now.strict_request_ids;
    policy.curies = now.ratchet_prefixes ? wamp::Curies::kFragments : wamp::Curies::kConcatenated;
    policy.max_subscriptions = now.max_subscriptions;
    realm->set_policy(std::move(policy));
    realm->broker().store().configure(now.histories);
  }
}

void EventLoop::make_torrents_realm() {
  auto realm = std::make_unique<wamp::Realm>(kTorrentsRealm, wamp::RealmPolicy{});
  add_meta_api(*realm);
  torrents_topic_ = std::make_unique<TorrentsTopic>(realm->broker(), feeds_, first_revision());
  session_topic_ = std::make_unique<SessionTopic>(realm->broker(), feeds_, configuration_.daemons);
  realm->broker().add_server_topic(TorrentsTopic::kName, torrents_topic_.get());
  realm->broker().add_server_topic(SessionTopic::kName, session_topic_.get());
  commands_topic_ = std::make_unique<CommandsTopic>(realm->broker(), realm->timers());
  realm->broker().add_server_topic(CommandsTopic::kName, commands_topic_.get());
  make_feeds();
  const auto next_revision = [this] { return torrents_topic_->next_revision(); };
  detail_topic_ = std::make_unique<DetailTopic>(realm->broker(), jobs_, feeds_, next_revision);
  realm->broker().add_server_topics(DetailTopic::kPrefix, detail_topic_.get());
  window_topic_ = std::make_unique<WindowTopic>(realm->broker(), jobs_, feeds_, next_revision);
  realm->broker().add_server_topic(WindowTopic::kName, window_topic_.get());
  preferences_topic_ = std::make_unique<PreferencesTopic>(*realm, jobs_, !configuration_.database.empty(),
                                                          std::chrono::milliseconds(configuration_.job_timeout_ms));
  realm->broker().add_server_topic(PreferencesTopic::kName, preferences_topic_.get());
  add_procedures(*realm, jobs_, feeds_, *commands_topic_,
                 {.reads = std::chrono::milliseconds(configuration_.job_timeout_ms),
                  .commands = std::chrono::milliseconds(configuration_.command_timeout_ms)});
  list_calls_ = std::make_unique<ListCalls>(*realm, feeds_, *torrents_topic_,
                                            std::chrono::milliseconds(configuration_.job_timeout_ms));
  realms_.emplace(kTorrentsRealm, std::move(realm));
}

void EventLoop::make_handlers(const std::function<void(pid_t)>& replace_worker) {
  wamp::Realm& realm = *realms_.at(kTorrentsRealm);
  handlers_ =
      std::make_unique<Handlers>(configuration_.handlers, std::chrono::milliseconds(configuration_.job_timeout_ms),
                                 HandlerSurroundings{loop_, log_, realm, bridges_->publisher(), replace_worker});
  bridges_->set_on_result(
      [this](std::string_view header, std::string_view body) { return handlers_->take(header, body); });
  realm.set_application(*handlers_);
}

void EventLoop::make_feeds() {
  DaemonFeed::Listener listener;
  listener.on_snapshot = [this] { torrents_topic_->on_snapshot(); };
  listener.on_delta = [this](const DaemonFeed& feed, Change& change) { torrents_topic_->on_delta(feed, change); };
  listener.on_state = [this](const DaemonFeed& feed) {
    torrents_topic_->on_state(feed);
    session_topic_->on_change(feed);
  };
  listener.on_ready = [this] { torrents_topic_->on_ready(); };
  listener.on_session = [this](const DaemonFeed& feed) { session_topic_->on_change(feed); };
  for (const auto& daemon : configuration_.daemons) {
    feeds_.push_back(std::make_unique<DaemonFeed>(
        daemon.name, jobs_, [this] { return torrents_topic_->next_revision(); }, listener));
  }
}

std::unique_ptr<Protocol> EventLoop::make_protocol(const Handover& handover, Transport& transport) {
#ifdef TWS_TEST_ENDPOINTS
  if (handover.endpoint == "echo") {
    return std::make_unique<Echo>(transport);
  }
#endif
  const auto realm = realms_.find(handover.realm);
  if (handover.endpoint != "wamp" || realm == realms_.end()) {
    return nullptr;
  }
  if (handover.protocol == kWampV1) {
    return std::make_unique<wamp::SessionV1>(*realm->second, transport, handover.user);
  }
  const auto serializer = serializer_of(handover.protocol);
  return serializer ? std::make_unique<wamp::SessionV2>(*realm->second, transport, handover.user, *serializer)
                    : nullptr;
}

void EventLoop::on_handover(struct ev_loop* /*loop*/, ev_io* watcher, int /*events*/) {
  static_cast<EventLoop*>(watcher->data)->take_handovers();
}

void EventLoop::take_handovers() {
  ReceivedMessage message;
  for (int i = 0; i < kHandoversPerTurn; ++i) {
    if (receive_message(handover_socket_.get(), kMaxHandover, message) != ReceiveOutcome::kMessage) {
      return;
    }
    if (const auto taken = take_handover(message); !taken) {
      log_.write(LogLevel::kError, "TWS0203", "handover refused: " + taken.error().message);
    }
  }
}

Status EventLoop::take_handover(ReceivedMessage& message) {
  if (message.sender_user != getuid()) {
    return Error{"its sender, process " + std::to_string(message.sender) + ", is none of httpd's children", {}};
  }
  const auto handover = decode_handover(message.bytes);
  if (!handover) {
    return handover.error();
  }
  if (handover->kind == HandoverKind::kExpired) {
    server_->expire(handover->expired);
    return Done{};
  }
  if (message.descriptors_lost) {
    // The client's connection has ended with it.
    server_->refusals().count(Refusal::kDescriptors, handover->address);
    return Done{};
  }
  if (message.descriptors.empty()) {
    return Error{"no descriptor came with it", {}};
  }
  Fd descriptor = std::move(message.descriptors.front());
  if (handover->kind == HandoverKind::kStatus) {
    answer_status(std::move(descriptor));
  } else if (handover->kind == HandoverKind::kPublish) {
    bridges_->take(std::move(descriptor), *handover);
  } else if (handover->kind == HandoverKind::kRelay) {
    relays_.add(handover->relay, std::move(descriptor));
  } else {
    server_->adopt(std::move(descriptor), *handover);
  }
  return Done{};
}

void EventLoop::answer_status(Fd socket) {
  const std::string status = status_json();
  // The answer fits into the socket's buffer; the asker gets what does.
  [[maybe_unused]] const auto sent = send(socket.get(), status.data(), status.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

// A tick may come before the sockets are read: what the workers said while this thread stood still counts the next
// time, and not later, as it may be slow each time.
void EventLoop::look_after_workers() {
  const auto now = std::chrono::steady_clock::now();
  const bool stood_still = now - std::exchange(last_tick_, now) > kStoodStill;
  spared_workers_ = stood_still && !spared_workers_;
  if (spared_workers_) {
    for (const auto& feed : feeds_) {
      feed->count_silence_from(now);
    }
    return;
  }
  jobs_.tick();
  handlers_->tick();
  for (const auto& feed : feeds_) {
    feed->tick();
  }
}

void EventLoop::on_tick(struct ev_loop* loop, ev_timer* watcher, int /*events*/) {
  auto* self = static_cast<EventLoop*>(watcher->data);
  ++self->heartbeat_;
  self->look_after_workers();
  for (const auto& [name, realm] : self->realms_) {
    realm->timers().run(std::chrono::steady_clock::now());
  }
  self->detail_topic_->tick(std::chrono::steady_clock::now());
  self->window_topic_->tick(std::chrono::steady_clock::now());
  self->list_calls_->tick();
  if (!self->leaving_) {
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  self->close_some(now);
  if (self->open_count() == 0 || now > self->drain_.end() + kFarewellTime) {
    ev_break(loop, EVBREAK_ALL);
  }
}

}  // namespace tws
