#include "handlers/handler.hpp"

#include <algorithm>
#include <utility>

#include "handlers/handler_messages.hpp"
#include "support/random.hpp"
#include "wamp/session.hpp"
#include "wire/error_uris.hpp"
#include "wire/reserved_names.hpp"

namespace tws {

namespace {

// A job that so many workers were lost with is not given to another.
constexpr int kMaxLosses = 2;
// How often a repeatable one is put into a queue, evenly over its time.
constexpr int kTries = 3;

// Of what nobody asks to be asked for: it may be, but a call has nobody who answers.
Result<HandlerAnswer> unwanted(const HandlerJob& job) {
  if (job.name == handler_event::kCall) {
    return Error{"no procedure " + job.about, error_uri::kNoSuchProcedure};
  }
  return HandlerAnswer{};
}

}  // namespace

class Handler::Place final : public HandlerPortListener {
 public:
  Place(Handler& handler, HandlerPort& port) : handler_(handler), port_(port) {}

  HandlerPort& port() { return port_; }
  // Jobs wait that came before: no other overtakes them.
  bool has_waiting = false;

  // HandlerPortListener
  void on_begin() override {
    handler_.tell_all(*this);
    handler_.send_waiting(*this);
  }
  void on_room() override { handler_.send_waiting(*this); }
  void on_frame(const JobFrame& frame) override { handler_.on_frame(frame); }
  void on_lost() override { handler_.on_lost(*this); }

 private:
  Handler& handler_;
  HandlerPort& port_;
};

Handler::Handler(HandlerConfiguration configuration, std::chrono::milliseconds timeout,
                 const HandlerSurroundings& surroundings)
    : configuration_(std::move(configuration)),
      timeout_(timeout),
      log_(surroundings.log),
      realm_(surroundings.realm),
      publisher_(surroundings.publisher) {
  if (!configuration_.address.empty()) {
    queue_ = std::make_unique<JobQueue>(surroundings.loop, log_, configuration_.name, configuration_.address);
    places_.push_back(std::make_unique<Place>(*this, *queue_));
    queue_->set_listener(*places_.front());
    return;
  }
  for (int i = 0; i < configuration_.workers; ++i) {
    processes_.push_back(std::make_unique<HandlerProcess>(surroundings.loop, surroundings.replace_worker, timeout));
    places_.push_back(std::make_unique<Place>(*this, *processes_.back()));
  }
}

Handler::~Handler() = default;

bool Handler::covers(const UriPattern& uris) const {
  return std::any_of(configuration_.patterns.begin(), configuration_.patterns.end(),
                     [&uris](const UriPattern& own) { return tws::covers(own, uris); });
}

bool Handler::touches(const UriPattern& uris) const {
  return std::any_of(configuration_.patterns.begin(), configuration_.patterns.end(),
                     [&uris](const UriPattern& own) { return may_overlap(own, uris); });
}

Handler::Place& Handler::place_of(wamp::Id session) const { return *places_[session % places_.size()]; }

void Handler::attach(pid_t pid, pid_t previous, Fd socket, const std::string& configuration) {
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    if (processes_[i]->pid() == previous) {
      processes_[i]->attach(pid, std::move(socket), configuration, *places_[i]);
      return;
    }
  }
}

void Handler::submit(HandlerJob job) {
  Place& place = place_of(job.session);
  if (!place.port().wants(job.name)) {
    job.done(unwanted(job));
    return;
  }
  if (const auto refusal = no_room_for(job)) {
    refuse(job, *refusal);
    return;
  }
  Share& share = shares_[job.session];
  ++share.jobs;
  share.bytes += job.body.size();
  bytes_ += job.body.size();
  const auto [added, is_new] =
      jobs_.emplace(++last_id_, Pending{std::move(job), random_hex(), Clock::now() + timeout_});
  if (!place.has_waiting) {
    send(place, added->first, added->second);
  }
}

std::optional<Error> Handler::no_room_for(const HandlerJob& job) const {
  const auto share = shares_.find(job.session);
  if (share != shares_.end() &&
      (share->second.jobs >= kMaxOfSession || share->second.bytes + job.body.size() > kMaxBytesOfSession)) {
    return Error{"too much of this session's is under way; it was not done", error_uri::kTooManyCalls};
  }
  if (jobs_.size() >= configuration_.queue || bytes_ > kMaxBytes) {
    return Error{"there is too much to do; it was not done", error_uri::kHandlerUnavailable};
  }
  return std::nullopt;
}

void Handler::refuse(const HandlerJob& job, const Error& error) {
  ++figures_.refused;
  if (const wamp::Session* session = realm_.find(job.session); session != nullptr && session->is_established()) {
    place_of(job.session)
        .port()
        .tell(handler_event::kError, HandlerBody(*session)
                                         .text("about", job.about)
                                         .text("error", error.uri)
                                         .text("message", error.message)
                                         .finish());
  }
  job.done(error);
}

void Handler::send(Place& place, JobId id, Pending& pending) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(pending.deadline - Clock::now());
  const Json header(json_pack("{ss sI ss% sI ss}", "type", "job", "id", static_cast<json_int_t>(id), "name",
                              pending.job.name.data(), pending.job.name.size(), "deadline_ms",
                              std::max(static_cast<json_int_t>(left.count()), json_int_t{1}), "attempt",
                              pending.attempt.c_str()));
  pending.is_sent = place.port().send(header.get(), pending.job.body);
  place.has_waiting = place.has_waiting || !pending.is_sent;
  pending.sent = Clock::now();
}

void Handler::send_waiting(Place& place) {
  place.has_waiting = false;
  std::vector<JobId> declined;
  for (auto& [id, pending] : jobs_) {
    if (pending.is_sent || &place_of(pending.job.session) != &place) {
      continue;
    }
    if (!place.port().wants(pending.job.name) || is_left(pending.job)) {
      declined.push_back(id);
      continue;
    }
    send(place, id, pending);
    if (!pending.is_sent) {
      break;
    }
  }
  drop(declined);
}

bool Handler::is_left(const HandlerJob& job) const {
  if (job.name == handler_event::kPublish) {
    return false;  // it may be the session's testament
  }
  const wamp::Session* session = realm_.find(job.session);
  return session == nullptr || !session->is_established();
}

void Handler::drop(const std::vector<JobId>& ids) {
  for (const JobId id : ids) {
    const HandlerJob job = end(id);
    job.done(unwanted(job));
  }
}

void Handler::tell(const wamp::Session& session, std::string_view event, const std::string& body) {
  place_of(session.id()).port().tell(event, body);
}

// So that it can be made what its predecessor was.
void Handler::tell_all(Place& place) {
  for (const wamp::Session* session : realm_.sessions()) {
    if (!session->is_established() || !is_client(*session) || &place_of(session->id()) != &place) {
      continue;
    }
    place.port().tell(handler_event::kOpen, HandlerBody(*session).value("again", true).finish());
    for (const wamp::Subscription* subscription : realm_.broker().subscriptions_of(*session)) {
      if (covers(subscription->pattern) && !is_reserved(subscription->pattern.uri)) {
        place.port().tell(handler_event::kSubscribe,
                          HandlerBody(*session).topics(subscription->pattern).value("again", true).finish());
      }
    }
  }
}

void Handler::on_lost(Place& place) {
  ++figures_.restarts;
  log_.write(LogLevel::kWarning, "TWS0211",
             "a process of the handler " + name() + " ended; another one is started, and told what is there");
  std::vector<JobId> lost;
  for (auto& [id, pending] : jobs_) {
    if (!pending.is_sent || &place_of(pending.job.session) != &place) {
      continue;
    }
    pending.is_sent = false;
    place.has_waiting = true;
    if (!pending.job.repeatable || ++pending.losses > kMaxLosses) {
      lost.push_back(id);
    }
  }
  for (const JobId id : lost) {
    refuse(end(id),
           Error{"the handler ended before it answered: it may have been done or not", error_uri::kOutcomeUnknown});
  }
}

void Handler::tick() {
  const auto now = Clock::now();
  // All have the same time, so that those that came first are late first.
  while (!jobs_.empty() && jobs_.begin()->second.deadline <= now) {
    const bool is_sent = jobs_.begin()->second.is_sent;
    const HandlerJob job = end(jobs_.begin()->first);
    refuse(job, is_sent && !job.repeatable
                    ? Error{"no answer in time: it may have been done or not", error_uri::kOutcomeUnknown}
                    : Error{"no answer in time", error_uri::kHandlerUnavailable});
    if (is_sent && job.name == handler_event::kSubscribe) {
      // Who accepts it later is told that it is over.
      place_of(job.session).port().tell(handler_event::kUnsubscribe, job.body);
    }
  }
  if (queue_) {
    send_again(now);
  }
  for (const auto& place : places_) {
    place->port().tick();
  }
}

// Who had taken it from the queue may be lost, and nobody tells.
void Handler::send_again(Clock::time_point now) {
  std::vector<JobId> left;
  for (auto& [id, pending] : jobs_) {
    if (!pending.job.repeatable || !pending.is_sent || now - pending.sent <= timeout_ / kTries) {
      continue;
    }
    if (is_left(pending.job)) {
      left.push_back(id);
    } else {
      send(*places_.front(), id, pending);
    }
  }
  drop(left);
}

bool Handler::take(const JobFrame& frame) {
  const auto job = jobs_.find(static_cast<JobId>(integer_member(frame.header.get(), "id").value_or(0)));
  if (!queue_ || job == jobs_.end() || text_member(frame.header.get(), "attempt") != job->second.attempt) {
    return false;
  }
  on_frame(frame);
  return true;
}

void Handler::admit(const ZmqConfiguration& zmq) {
  if (queue_) {
    queue_->configure(zmq);
  }
}

void Handler::leave() {
  if (queue_) {
    queue_->close();
  }
}

void Handler::on_frame(const JobFrame& frame) {
  const json_t* header = frame.header.get();
  const auto type = text_member(header, "type");
  if (type == "publish") {
    on_publish(frame);
  } else if (type == "close") {
    on_close(frame);
  } else if (type == "log") {
    log_.write(log_level_from_name(text_member(header, "level")), "TWS0213",
               "the handler " + name() + " says: " + text_member(header, "message"));
  } else if (type == "result" || type == "error") {
    // One that is not there is late.
    if (const auto id = static_cast<JobId>(integer_member(header, "id").value_or(0)); jobs_.contains(id)) {
      ++figures_.jobs;
      end(id).done(answer_of(frame));
    }
  } else {
    complain("a frame of the type " + type);
  }
}

Result<HandlerAnswer> Handler::answer_of(const JobFrame& frame) {
  const json_t* header = frame.header.get();
  if (text_member(header, "type") == "error") {
    const auto uri = text_member(header, "error");
    return Error{text_member(header, "message"), wamp::is_uri(uri) ? uri : error_uri::kHandlerFailed};
  }
  auto payload = payload_of_result(frame.body);
  if (!payload) {
    complain(payload.error().message);
    return Error{"the handler's answer is none", error_uri::kHandlerFailed};
  }
  return HandlerAnswer{!json_is_false(json_object_get(header, "publish")), std::move(*payload)};
}

void Handler::on_publish(const JobFrame& frame) {
  const auto may_publish = [this](const std::string& topic) -> Status {
    if (wamp::is_uri(topic, wamp::UriRules::kV1) && !is_reserved(topic) && covers({topic, Match::kExact})) {
      return Done{};
    }
    return Error{"\"" + topic + "\" is none of its topics", error_uri::kNotAuthorized};
  };
  const auto answer = publisher_.publish(PublishWay::kHandler, frame.body, may_publish);
  if (answer.first_error) {
    complain("a publication that was left out: " + answer.first_error->message);
  }
}

void Handler::on_close(const JobFrame& frame) {
  const auto id = static_cast<wamp::Id>(integer_member(frame.header.get(), "session").value_or(0));
  wamp::Session* session = realm_.find(id);
  if (session == nullptr) {
    return;  // it has left
  }
  if (!may_close(*session)) {
    complain("the end of a session that neither is subscribed to its topics nor waits for it");
    return;
  }
  const auto reason = text_member(frame.header.get(), "reason");
  session->end(close_uri::kKilled, CloseCode::kPolicyViolation, "closed by the site", reason);
}

bool Handler::may_close(const wamp::Session& session) const {
  const auto subscriptions = realm_.broker().subscriptions_of(session);
  return shares_.contains(session.id()) ||
         std::any_of(subscriptions.begin(), subscriptions.end(),
                     [this](const wamp::Subscription* subscription) { return covers(subscription->pattern); });
}

HandlerJob Handler::end(JobId id) {
  HandlerJob job = std::move(jobs_.extract(id).mapped().job);
  const auto share = shares_.find(job.session);
  share->second.bytes -= job.body.size();
  bytes_ -= job.body.size();
  if (--share->second.jobs == 0) {
    shares_.erase(share);
  }
  return job;
}

void Handler::complain(const std::string& what) {
  if (const auto others = complaints_.take()) {
    log_.write(LogLevel::kError, "TWS0212", "the handler " + name() + " gave " + what + *others);
  }
}

void Handler::append_pids(std::vector<pid_t>& pids) const {
  for (const auto& process : processes_) {
    if (process->pid() != 0) {
      pids.push_back(process->pid());
    }
  }
}

}  // namespace tws
