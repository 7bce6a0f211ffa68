// Jobs: what the event loop asks of its workers (docs/worker-protocol.md), which worker does what, and
// what happens when one hangs or dies. Event-loop thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "jobs/callers.hpp"
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

struct JobCounts {
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  std::size_t queued = 0;
  std::size_t running = 0;
  std::uint64_t workers_lost = 0;
};

class Jobs {
 public:
  using Clock = std::chrono::steady_clock;

  // `replace_worker` asks the main thread to kill a worker that hangs.
  Jobs(struct ev_loop* loop, const Log& log, std::function<void(pid_t)> replace_worker);

  // A worker that the main thread has started. `configuration` is its first frame.
  void attach(std::string worker, pid_t pid, Fd socket, const std::string& configuration);

  // A daemon's worker answers in time; it is waited for a little longer, and then taken to hang.
  JobId submit(JobRequest request, JobDone done, JobStaged staged = {});
  // `ended`: the worker has answered it all the same, mostly with an error; there is no such watch any more.
  JobId watch(JobRequest request, JobProgress progress, std::function<void()> worker_lost, JobDone ended = {});
  // Tells a running watch its new arguments.
  void change_watch(JobId id, std::string body);
  void cancel(JobId id);

  // Deadlines, and jobs that a hanging worker of the pool holds up. Called often.
  void tick();

  // A worker of this name hangs: it is killed and started again.
  void replace(const std::string& worker);

  [[nodiscard]] JobCounts counts() const;
  [[nodiscard]] std::vector<pid_t> pids() const;

 private:
  struct Job {
    JobRequest request;
    std::string attempt;
    JobDone done;
    JobStaged staged;
    JobStage stage = JobStage::kQueued;
    JobProgress progress;
    std::function<void()> worker_lost;
    Clock::time_point deadline;
    Clock::time_point sent;
    std::vector<pid_t> workers;  // that have it; empty: queued
    bool hedged = false;
    int losses = 0;  // workers that died with it
  };
  struct Worker {
    std::string name;
    std::unique_ptr<WorkerLink> link;
    std::size_t jobs = 0;
    Clock::time_point deadline;  // of its last job
    bool replaced = false;       // its end was asked for
  };

  JobId add(Job job);
  void dispatch();
  void enqueue(JobId id, const Job& job) { queues_[job.request.worker].push_back(id); }
  // A worker of this name that can take a job now, or workers_.end().
  std::map<pid_t, Worker>::iterator worker_for(const std::string& name);
  void send(JobId id, Job& job, std::map<pid_t, Worker>::iterator worker);
  void replace_hanging();
  void replace_once(pid_t pid);
  void on_frame(pid_t pid, const JobFrame& frame);
  void on_lost(pid_t pid);
  static bool may_be_done(const Job& job);
  void enter(Job& job, JobStage stage);
  void finish(JobId id, Result<std::string> outcome);
  void finish_late(JobId id);
  void release(const Job& job);
  void log_for_worker(const JobFrame& frame);

  struct ev_loop* loop_;
  const Log& log_;
  std::function<void(pid_t)> replace_worker_;
  std::map<pid_t, Worker> workers_;
  std::unordered_map<JobId, Job> jobs_;
  std::map<std::string, std::deque<JobId>> queues_;  // by worker name; may name jobs that are gone
  Callers callers_;
  std::map<std::string, Occasional> errors_told_;  // by the line, of workers
  JobId last_id_ = 0;
  JobCounts counts_;
};

}  // namespace tws
