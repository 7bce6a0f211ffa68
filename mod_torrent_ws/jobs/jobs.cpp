#include "jobs/jobs.hpp"

#include <algorithm>

#include "support/random.hpp"
#include "wire/error_uris.hpp"

namespace tws {

namespace {

// A job that more workers died of is not given to another one; a watch that so many died of is a suspect.
constexpr int kMaxLosses = 2;
// So long a worker has no suspect but one, unless it tells of that.
constexpr auto kTrial = std::chrono::seconds(2);
// A pool worker that has not answered for so long may hang: the job goes to another one as well. Safe,
// as only repeatable jobs do, and the first answer counts.
constexpr auto kHedgeAfter = std::chrono::milliseconds(50);
// A daemon's worker keeps the deadlines of its jobs by itself: one that is so late hangs.
constexpr auto kGrace = std::chrono::seconds(5);
// So long one that has just started may say nothing.
constexpr auto kStartUp = std::chrono::seconds(10);

std::string outcome_unknown(const std::string& what) {
  return what + " before it answered: the command may have been carried out or not; look before you repeat it";
}

}  // namespace

Jobs::Jobs(struct ev_loop* loop, const Log& log, std::function<void(pid_t)> replace_worker)
    : loop_(loop), log_(log), ask_{.replace = std::move(replace_worker), .add = {}, .dismiss = {}} {}

void Jobs::attach(std::string worker, pid_t pid, Fd socket, const std::string& configuration, pid_t previous) {
  Worker& entry = workers_[pid];
  entry.name = std::move(worker);
  entry.attached = entry.tried = entry.used = Clock::now();
  if (pool_ && entry.name == kPool) {
    pool_->on_started(pid, previous);
  }
  entry.link = std::make_unique<WorkerLink>(
      loop_, std::move(socket), [this, pid](const JobFrame& frame) { on_frame(pid, frame); },
      [this, pid] { on_lost(pid); });
  const Json header(json_pack("{ss si ss}", "type", "configure", "protocol", kWorkerProtocolVersion, "role",
                              entry.name == kPool ? "pool" : "daemon"));
  entry.link->send(header.get(), configuration);
  dispatch();
}

JobId Jobs::submit(JobRequest request, JobDone done, JobStaged staged) {
  Job job;
  job.deadline = Clock::now() + request.timeout;
  job.request = std::move(request);
  job.done = std::move(done);
  job.staged = std::move(staged);
  return add(std::move(job));
}

JobId Jobs::watch(JobRequest request, JobProgress progress, WorkerLost worker_lost, JobDone ended) {
  Job job;
  job.deadline = Clock::time_point::max();
  job.request = std::move(request);
  job.progress = std::move(progress);
  job.worker_lost = std::move(worker_lost);
  job.done = std::move(ended);
  return add(std::move(job));
}

JobId Jobs::add(Job job) {
  job.attempt = random_hex();
  const JobId id = ++last_id_;
  const Turn turn = callers_.begin(job.request.caller, job.request.user, id, job.request.body.size());
  if (turn == Turn::kNever) {
    ++counts_.failed;
    job.done(
        Error{"too many of this session's or user's calls are under way; it was not sent", error_uri::kTooManyCalls});
    return id;
  }
  if (turn == Turn::kNow) {
    enqueue(id, job);
  }
  jobs_.emplace(id, std::move(job));
  dispatch();
  return id;
}

void Jobs::change_watch(JobId id, std::string body) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) {
    return;
  }
  Job& job = found->second;
  job.request.body = std::move(body);
  if (job.workers.empty()) {
    return;  // its next worker gets these
  }
  release(job);
  job.workers.clear();
  enqueue(id, job);
  dispatch();
}

void Jobs::cancel(JobId id) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) {
    return;
  }
  const Json header(json_pack("{ss sI}", "type", "cancel", "id", static_cast<json_int_t>(id)));
  for (const pid_t pid : found->second.workers) {
    workers_.at(pid).link->send(header.get());
  }
  if (found->second.workers.empty()) {
    std::erase(queues_[found->second.request.worker], id);
  }
  release(found->second);
  jobs_.erase(found);
  dispatch();
}

void Jobs::dispatch() {
  for (auto& [name, queue] : queues_) {
    while (!queue.empty()) {
      const auto job = jobs_.find(queue.front());
      const auto worker = worker_for(name);
      if (job != jobs_.end() && worker == workers_.end()) {
        break;
      }
      queue.pop_front();
      if (job != jobs_.end()) {
        send(job->first, job->second, worker);
      }
    }
  }
}

// A worker of the pool has one job at a time, a daemon's has many.
std::map<pid_t, Jobs::Worker>::iterator Jobs::worker_for(const std::string& name) {
  return std::find_if(workers_.begin(), workers_.end(), [&name](const auto& entry) {
    return entry.second.name == name && (name != kPool || (entry.second.jobs == 0 && !entry.second.leaves));
  });
}

void Jobs::send(JobId id, Job& job, std::map<pid_t, Worker>::iterator worker) {
  const auto now = Clock::now();
  const bool is_watch = job.request.timeout.count() == 0;
  using std::chrono::milliseconds;
  const auto left = is_watch ? milliseconds(0)
                             : std::max(std::chrono::duration_cast<milliseconds>(job.deadline - now), milliseconds(1));
  const auto expires = std::chrono::duration_cast<milliseconds>(job.deadline.time_since_epoch());
  const Json header(json_pack("{ss sI ss sI sI ss sb ss}", "type", "job", "id", static_cast<json_int_t>(id), "name",
                              job.request.name.c_str(), "deadline_ms", static_cast<json_int_t>(left.count()),
                              "expires_ms", static_cast<json_int_t>(expires.count()), "user", job.request.user.c_str(),
                              "admin", job.request.admin ? 1 : 0, "attempt", job.attempt.c_str()));
  job.sent = now;
  job.workers.push_back(worker->first);
  ++worker->second.jobs;
  ++worker->second.given;
  worker->second.used = now;
  worker->second.deadline = job.deadline;
  worker->second.link->send(header.get(), job.request.body);
  enter(job, JobStage::kGiven);
}

// Of the workers, a daemon's says when it begins.
bool Jobs::may_be_done(const Job& job) {
  return !job.request.repeatable && job.stage == (job.request.worker == kPool ? JobStage::kGiven : JobStage::kSent);
}

void Jobs::enter(Job& job, JobStage stage) {
  if (std::exchange(job.stage, stage) != stage && job.staged) {
    job.staged(stage);
  }
}

void Jobs::on_frame(pid_t pid, const JobFrame& frame) {
  const auto type = text_member(frame.header.get(), "type");
  if (type == "log") {
    log_for_worker(frame);
    return;
  }
  const auto id = static_cast<JobId>(integer_member(frame.header.get(), "id").value_or(0));
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) {
    // The second answer to a job that two workers had, or a late one: the worker is free again.
    if (type == "result" || type == "error") {
      Worker& worker = workers_.at(pid);
      worker.jobs -= worker.name == kPool && worker.jobs > 0 ? 1 : 0;
      dispatch();
    }
    return;
  }
  if (type == "progress" && found->second.progress) {
    if (std::exchange(found->second.losses, 0) >= kMaxLosses) {
      workers_.at(pid).tried = {};  // it is innocent: the next one
    }
    found->second.progress(frame);
  } else if (type == "progress" && text_member(frame.header.get(), "kind") == "sent") {
    enter(found->second, JobStage::kSent);
  } else if (type == "result" || type == "error") {
    std::erase(found->second.workers, pid);
    --workers_.at(pid).jobs;
    if (type == "error" && !found->second.workers.empty()) {
      dispatch();  // another worker has it too, and may succeed
      return;
    }
    finish(id, type == "result"
                   ? Result<std::string>(frame.body)
                   : Error{text_member(frame.header.get(), "message"), text_member(frame.header.get(), "error")});
  }
}

// Whoever else still has the job answers into the void, and is counted free when it does.
void Jobs::finish(JobId id, Result<std::string> outcome) {
  auto node = jobs_.extract(id);
  ++(outcome ? counts_.done : counts_.failed);
  const JobRequest& request = node.mapped().request;
  if (request.worker != kPool) {
    release(node.mapped());
  }
  if (const auto next = callers_.end(request.caller, request.user, id, request.body.size())) {
    enqueue(*next, jobs_.at(*next));
  }
  if (node.mapped().done) {
    node.mapped().done(std::move(outcome));
  }
  dispatch();
}

void Jobs::release(const Job& job) {
  for (const pid_t pid : job.workers) {
    --workers_.at(pid).jobs;
  }
}

std::string Jobs::worker_text(pid_t pid, const std::string& name) {
  return "worker " + std::to_string(pid) + (name == kPool ? "" : " of daemon " + name);
}

void Jobs::on_lost(pid_t pid) {
  const std::string name = workers_.at(pid).name;
  log_.write(LogLevel::kWarning, "TWS0201", worker_text(pid, name) + " ended; another one is started");
  workers_.erase(pid);
  if (pool_ && name == kPool) {
    pool_->on_lost(pid);
  }
  ++counts_.workers_lost;
  std::vector<JobId> lost;
  std::vector<JobId> again;
  for (auto& [id, job] : jobs_) {
    if (std::erase(job.workers, pid) == 0 || !job.workers.empty()) {
      continue;
    }
    const bool goes_on = job.worker_lost && !job.done;
    const bool is_safe = goes_on || (!may_be_done(job) && ++job.losses <= kMaxLosses);
    (is_safe ? again : lost).push_back(id);
  }
  // For the next worker, before all that came later.
  std::sort(again.begin(), again.end());
  std::vector<JobId> first;
  for (const JobId id : again) {
    const Job& job = jobs_.at(id);
    if (job.worker_lost && job.losses >= kMaxLosses) {
      suspects_.insert(id);
    } else {
      first.push_back(id);
    }
  }
  auto& queue = queues_[name];
  queue.insert(queue.begin(), first.begin(), first.end());
  tell_lost(again, WorkerEnd::kLost);
  std::sort(lost.begin(), lost.end());
  for (const JobId id : lost) {
    if (!jobs_.contains(id)) {
      continue;  // a watch, as before
    }
    const bool not_done = name != kPool && !may_be_done(jobs_.at(id));
    finish(id, not_done ? Error{"not done: its workers ended, one after the other", error_uri::kDaemonUnreachable}
                        : Error{outcome_unknown("the worker ended"), error_uri::kOutcomeUnknown});
  }
  dispatch();
}

void Jobs::tell_lost(const std::vector<JobId>& ids, WorkerEnd end) {
  for (const JobId id : ids) {
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) {
      continue;  // a watch that ended by what was told of another one
    }
    enter(found->second, JobStage::kQueued);
    if (found->second.worker_lost) {
      found->second.worker_lost(end);
    }
  }
}

// Watches that workers died of, each of which may be the one that kills them. A worker that lives gets them one after
// the other, so that the next death tells which it is.
void Jobs::try_suspects(Clock::time_point now) {
  std::erase_if(suspects_, [this, now](JobId id) {
    const auto job = jobs_.find(id);
    if (job == jobs_.end()) {
      return true;
    }
    const auto worker = worker_for(job->second.request.worker);
    if (worker == workers_.end() || now - worker->second.tried < kTrial) {
      return false;
    }
    worker->second.tried = now;
    enqueue(id, job->second);
    return true;
  });
  dispatch();
}

void Jobs::tick(Clock::time_point now) {
  std::vector<JobId> late;
  for (auto& [id, job] : jobs_) {
    const bool is_given = !job.workers.empty() && job.request.worker != kPool;
    if (now - (is_given ? kGrace : std::chrono::seconds(0)) >= job.deadline) {
      late.push_back(id);
    } else if (job.request.worker == kPool && job.request.repeatable && job.workers.size() == 1 && !job.hedged &&
               now - job.sent > kHedgeAfter) {
      if (const auto other = worker_for(kPool); other != workers_.end()) {
        job.hedged = true;
        send(id, job, other);
      }
    }
  }
  for (const JobId id : late) {
    finish_late(id);
  }
  try_suspects(now);
  replace_hanging();
  if (pool_) {
    tend_pool(now);
  }
}

void Jobs::finish_late(JobId id) {
  const Job& job = jobs_.at(id);
  const bool is_of_pool = job.request.worker == kPool;
  if (!is_of_pool) {
    std::for_each(job.workers.begin(), job.workers.end(), [this](pid_t pid) { replace_once(pid); });
  }
  if (may_be_done(job)) {
    finish(id, Error{outcome_unknown("the time was up"), error_uri::kOutcomeUnknown});
  } else {
    finish(id, Error{job.request.repeatable ? "no answer in time" : "not sent: its time was up",
                     is_of_pool ? error_uri::kTimeout : error_uri::kDaemonUnreachable});
  }
}

// A pool worker does nothing but its one job, so one that is late hangs in it.
void Jobs::replace_hanging() {
  const auto now = Clock::now();
  for (auto& [pid, worker] : workers_) {
    if (worker.name == kPool && worker.jobs > 0 && now > worker.deadline) {
      replace_once(pid);
    }
  }
}

void Jobs::replace_once(pid_t pid) {
  if (!std::exchange(workers_.at(pid).replaced, true)) {
    ask_.replace(pid);
  }
}

void Jobs::replace(const std::string& worker) {
  for (const auto& [pid, entry] : workers_) {
    if (entry.name == worker && Clock::now() - entry.attached >= kStartUp) {
      ask_.replace(pid);
    }
  }
}

JobCounts Jobs::counts() const {
  JobCounts counts = counts_;
  counts.pool = staying();
  for (const auto& [id, job] : jobs_) {
    if (!job.progress) {
      ++(job.workers.empty() ? counts.queued : counts.running);
    }
  }
  return counts;
}

std::vector<pid_t> Jobs::pids() const {
  std::vector<pid_t> pids;
  for (const auto& [pid, worker] : workers_) {
    pids.push_back(pid);
  }
  return pids;
}

// What fails at each job, as a database does, would be told as often; other lines tell changes.
void Jobs::log_for_worker(const JobFrame& frame) {
  const LogLevel level = log_level_from_name(text_member(frame.header.get(), "level"));
  const std::string code = text_member(frame.header.get(), "code");
  std::string message = text_member(frame.header.get(), "message");
  if (level == LogLevel::kError) {
    const auto now = Clock::now();
    std::erase_if(errors_told_, [now](const auto& entry) { return entry.second.is_over(now); });
    const auto others = errors_told_[code + message].take(now);
    if (!others) {
      return;
    }
    message.append(*others);
  }
  log_.write(level, code, message);
}

}  // namespace tws
