// How Jobs has workers come and go: the pool by the jobs that wait, any worker for what it has become.
#include <algorithm>

#include "jobs/jobs.hpp"

namespace tws {

namespace {

// A list that needs more than its worker may have needs it in the next worker too, and everybody is sent a snapshot by
// each: from one to the next of a daemon's, it doubles.
constexpr auto kFirstWait = std::chrono::seconds(10);
constexpr auto kLastWait = std::chrono::seconds(600);

}  // namespace

void Jobs::manage(const PoolLimits& limits, WorkerRequests ask) {
  pool_.emplace(limits.least, limits.most);
  max_jobs_ = limits.max_jobs;
  ask_ = std::move(ask);
}

void Jobs::on_too_large(pid_t pid, std::size_t resident) {
  if (const auto found = workers_.find(pid); found != workers_.end()) {
    found->second.too_large = resident;
  }
}

void Jobs::tend_pool(Clock::time_point now) {
  recycle_daemons(now);
  recycle_pool();
  const std::size_t running = staying();
  if (pool_->grows(now, running, pool_waits())) {
    ask_for_one();
  }
  const auto idle = std::find_if(workers_.begin(), workers_.end(), [this, now, running](const auto& entry) {
    const Worker& worker = entry.second;
    return worker.name == kPool && worker.jobs == 0 && !worker.leaves && pool_->shrinks(now, running, worker.used);
  });
  if (idle != workers_.end()) {
    part_with(idle->first);
  }
}

void Jobs::ask_for_one() {
  pool_->add();
  ask_.add();
}

std::size_t Jobs::staying() const {
  return static_cast<std::size_t>(std::count_if(workers_.begin(), workers_.end(), [](const auto& entry) {
    return entry.second.name == kPool && !entry.second.leaves;
  }));
}

bool Jobs::pool_waits() {
  const auto queue = queues_.find(kPool);
  return queue != queues_.end() && worker_for(kPool) == workers_.end() &&
         std::any_of(queue->second.begin(), queue->second.end(), [this](JobId id) { return jobs_.contains(id); });
}

std::string Jobs::overdue(const Worker& worker) const {
  if (worker.too_large > 0) {
    return "it has " + std::to_string(worker.too_large >> 20) + " MiB of memory";
  }
  return worker.name == kPool && max_jobs_ > 0 && worker.given >= max_jobs_
             ? "it was given " + std::to_string(worker.given) + " jobs"
             : std::string();
}

// One after the other: another one is there before it gets no more jobs, and it leaves when it has answered.
void Jobs::recycle_pool() {
  const auto free = std::find_if(workers_.begin(), workers_.end(),
                                 [](const auto& entry) { return entry.second.leaves && entry.second.jobs == 0; });
  if (free != workers_.end()) {
    part_with(free->first);
  }
  const auto old = std::find_if(workers_.begin(), workers_.end(), [this](const auto& entry) {
    return entry.second.name == kPool && !entry.second.leaves && !overdue(entry.second).empty();
  });
  if (old == workers_.end() || pool_->is_starting()) {
    return;
  }
  if (!successor_) {
    successor_ = true;
    ask_for_one();
    return;
  }
  successor_ = false;
  old->second.leaves = true;
  ++counts_.workers_recycled;
  log_recycled(old->first, old->second);
}

void Jobs::recycle_daemons(Clock::time_point now) {
  std::vector<pid_t> old;
  for (const auto& [pid, worker] : workers_) {
    if (worker.name == kPool || overdue(worker).empty() || now < recyclings_[worker.name].next) {
      continue;
    }
    const bool is_busy = std::any_of(jobs_.begin(), jobs_.end(), [pid = pid](const auto& entry) {
      const Job& job = entry.second;
      return !job.worker_lost && std::find(job.workers.begin(), job.workers.end(), pid) != job.workers.end();
    });
    if (!is_busy) {
      old.push_back(pid);
    }
  }
  for (const pid_t pid : old) {
    auto& [next, wait] = recyclings_[workers_.at(pid).name];
    wait = now - next > kLastWait ? kFirstWait : std::clamp(2 * wait, kFirstWait, kLastWait);
    next = now + wait;
    recycle_daemon(pid);
  }
}

// Its watches go on at the next one, which reads the list anew.
void Jobs::recycle_daemon(pid_t pid) {
  ++counts_.workers_recycled;
  const Worker& worker = workers_.at(pid);
  log_recycled(pid, worker,
               ". The next one stays " + std::to_string(recyclings_[worker.name].wait.count()) +
                   " s at least: raise TorrentWsWorkerMaxMemory if its list needs so much");
  part_with(pid);
  std::vector<JobId> watches;
  for (auto& [id, job] : jobs_) {
    if (std::erase(job.workers, pid) > 0) {
      enqueue(id, job);
      watches.push_back(id);
    }
  }
  tell_lost(watches, WorkerEnd::kRecycled);
}

void Jobs::log_recycled(pid_t pid, const Worker& worker, const std::string& advice) {
  log_.write(LogLevel::kNotice, "TWS0205",
             worker_text(pid, worker.name) + " makes room for another one: " + overdue(worker) + advice);
}

// The main thread knows of it before it leaves.
void Jobs::part_with(pid_t pid) {
  ask_.dismiss(pid);
  workers_.erase(pid);
}

}  // namespace tws
