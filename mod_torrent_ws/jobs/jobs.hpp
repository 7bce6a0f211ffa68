// Jobs: what the event loop asks of its workers (docs/worker-protocol.md), which worker does what, and
// what happens when one hangs or dies. Event-loop thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "jobs/callers.hpp"
#include "jobs/pool_size.hpp"
#include "jobs/worker_link.hpp"
#include "support/log.hpp"
#include "support/occasional.hpp"
#include "support/result.hpp"

namespace tws {

// The workers that hold a daemon's state are asked by its name, those of the pool by this one.
inline constexpr const char* kPool = "";

struct JobRequest {
  std::string worker = kPool;
  std::string name;
  std::string body = "{}";
  std::string user;
  CallerId caller = 0;
  bool admin = false;
  // May be tried again when its worker dies: it only reads, or its attempt makes it safe.
  bool repeatable = false;
  std::chrono::milliseconds timeout{0};  // 0: a watch, which runs until it is cancelled
};

// How far a job has come that is not answered yet.
enum class JobStage {
  kQueued,  // no worker has it
  kGiven,   // a worker has it
  kSent,    // to the daemon, which may have done it since
};

// The result's body, or the error that the worker or the loop gives.
using JobDone = std::function<void(Result<std::string>)>;
// Called with each change; it begins as kQueued. May be empty.
using JobStaged = std::function<void(JobStage)>;
using JobProgress = std::function<void(const JobFrame&)>;

// How a watch loses its worker; it goes on at the next one.
enum class WorkerEnd {
  kLost,      // it died
  kRecycled,  // it was too large
};
using WorkerLost = std::function<void(WorkerEnd)>;

struct JobCounts {
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  std::size_t queued = 0;
  std::size_t running = 0;
  std::uint64_t workers_lost = 0;
  std::size_t pool = 0;  // workers
  std::uint64_t workers_recycled = 0;
};

// What the event loop asks the main thread to do with worker processes.
struct WorkerRequests {
  std::function<void(pid_t)> replace;  // kill it, as it hangs, and start another
  std::function<void()> add;           // one more to the pool
  std::function<void(pid_t)> dismiss;  // it leaves after this, one of the pool for good
};

struct PoolLimits {
  std::size_t least = 0;
  std::size_t most = 0;
  std::size_t max_jobs = 0;  // of one worker; 0: no limit
};

class Jobs {
 public:
  using Clock = std::chrono::steady_clock;

  // `replace_worker` asks the main thread to kill a worker that hangs.
  Jobs(struct ev_loop* loop, const Log& log, std::function<void(pid_t)> replace_worker);

  // From now on the pool grows and shrinks, and workers are recycled. Without it they are those that are attached.
  void manage(const PoolLimits& limits, WorkerRequests ask);

  // A worker that the main thread has started, in the place of another one unless `previous` is 0. `configuration` is
  // its first frame.
  void attach(std::string worker, pid_t pid, Fd socket, const std::string& configuration, pid_t previous = 0);
  // A worker has more memory than it may have: it is recycled when it has nothing to do. 0: it has not any more.
  void on_too_large(pid_t pid, std::size_t resident);

  // A daemon's worker answers in time; it is waited for a little longer, and then taken to hang.
  JobId submit(JobRequest request, JobDone done, JobStaged staged = {});
  // `ended`: the worker has answered it all the same, mostly with an error, or workers die of it; there is no such
  // watch any more. Without it the watch goes on whatever happens.
  JobId watch(JobRequest request, JobProgress progress, WorkerLost worker_lost, JobDone ended = {});
  // Gives a watch its new arguments.
  void change_watch(JobId id, std::string body);
  void cancel(JobId id);

  // Deadlines, jobs that a hanging worker of the pool holds up, and the pool's size. Called often.
  void tick(Clock::time_point now = Clock::now());

  // A worker of this name hangs: it is killed and started again, unless it has only just come.
  void replace(const std::string& worker);

  [[nodiscard]] JobCounts counts() const;
  // Null: not managed.
  [[nodiscard]] const PoolSize* pool() const { return pool_ ? &*pool_ : nullptr; }
  [[nodiscard]] std::vector<pid_t> pids() const;

 private:
  struct Job {
    JobRequest request;
    std::string attempt;
    JobDone done;
    JobStaged staged;
    JobStage stage = JobStage::kQueued;
    JobProgress progress;
    WorkerLost worker_lost;
    Clock::time_point deadline;
    Clock::time_point sent;
    std::vector<pid_t> workers;  // that have it; empty: queued
    bool hedged = false;
    int losses = 0;  // workers that died with it; of a watch, since one last told of it
  };
  struct Worker {
    std::string name;
    std::unique_ptr<WorkerLink> link;
    std::size_t jobs = 0;
    Clock::time_point attached;
    Clock::time_point tried;     // when it got the last suspect; at first, when it was attached
    Clock::time_point deadline;  // of its last job
    Clock::time_point used;      // when it got that
    std::size_t given = 0;       // jobs
    std::size_t too_large = 0;   // resident bytes, while they are more than it may have
    bool replaced = false;       // its end was asked for
    bool leaves = false;         // another one has come for it
  };
  // Of a daemon's workers, for their memory.
  struct Recycling {
    Clock::time_point next;  // not before
    std::chrono::seconds wait{0};
  };

  JobId add(Job job);
  void dispatch();
  void enqueue(JobId id, const Job& job) { queues_[job.request.worker].push_back(id); }
  // A worker of this name that can take a job now, or workers_.end().
  std::map<pid_t, Worker>::iterator worker_for(const std::string& name);
  void send(JobId id, Job& job, std::map<pid_t, Worker>::iterator worker);
  void try_suspects(Clock::time_point now);
  void replace_hanging();
  void replace_once(pid_t pid);
  // What follows in jobs/recycling.cpp.
  void tend_pool(Clock::time_point now);
  void ask_for_one();
  [[nodiscard]] std::size_t staying() const;
  [[nodiscard]] bool pool_waits();
  // Why a worker is to be recycled; empty: it is not.
  [[nodiscard]] std::string overdue(const Worker& worker) const;
  void recycle_pool();
  void recycle_daemons(Clock::time_point now);
  void recycle_daemon(pid_t pid);
  void log_recycled(pid_t pid, const Worker& worker, const std::string& advice = {});
  void part_with(pid_t pid);
  void on_frame(pid_t pid, const JobFrame& frame);
  void on_lost(pid_t pid);
  // What had this worker: it waits for the next one.
  void tell_lost(const std::vector<JobId>& ids, WorkerEnd end);
  // For the log.
  static std::string worker_text(pid_t pid, const std::string& name);
  static bool may_be_done(const Job& job);
  void enter(Job& job, JobStage stage);
  void finish(JobId id, Result<std::string> outcome);
  void finish_late(JobId id);
  void release(const Job& job);
  void log_for_worker(const JobFrame& frame);

  struct ev_loop* loop_;
  const Log& log_;
  WorkerRequests ask_;
  std::optional<PoolSize> pool_;
  std::size_t max_jobs_ = 0;
  bool successor_ = false;  // of one that is to be recycled was asked for
  std::map<pid_t, Worker> workers_;
  std::unordered_map<JobId, Job> jobs_;
  std::map<std::string, std::deque<JobId>> queues_;  // by worker name; may name jobs that are gone
  std::set<JobId> suspects_;                         // watches that wait to be tried; may name some that are gone
  std::map<std::string, Recycling> recyclings_;      // by daemon
  Callers callers_;
  std::map<std::string, Occasional> errors_told_;  // by the line, of workers
  JobId last_id_ = 0;
  JobCounts counts_;
};

}  // namespace tws
