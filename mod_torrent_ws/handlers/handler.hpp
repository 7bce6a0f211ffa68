// Handler: the site's own code behind the topics and procedures of some patterns (one TorrentWsHandler): its jobs, who
// waits for them, and what its workers say (docs/worker-protocol.md, role handler). Event-loop thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "bridge/publisher.hpp"
#include "handlers/handler_port.hpp"
#include "handlers/handler_process.hpp"
#include "handlers/job_queue.hpp"
#include "support/log.hpp"
#include "support/occasional.hpp"
#include "support/result.hpp"
#include "wamp/realm.hpp"
#include "wire/configuration.hpp"

namespace tws {

// What a worker answers to a job.
struct HandlerAnswer {
  bool publish = true;                   // of publish: whether it is to be published; the worker may have done so
  std::optional<wamp::Payload> payload;  // in the place of the publication's, or the call's result
};

struct HandlerJob {
  std::string_view name;  // of handler_event
  std::string body;
  wamp::Id session = 0;
  std::string about;        // the topic or procedure
  bool repeatable = false;  // for another worker, where the first one was lost
  std::function<void(const Result<HandlerAnswer>&)> done;
};

// For the status.
struct HandlerFigures {
  std::uint64_t jobs = 0;      // that were answered
  std::uint64_t refused = 0;   // that were not, or not in time
  std::uint64_t restarts = 0;  // of its processes
};

// What all handlers share; it outlives them.
struct HandlerSurroundings {
  struct ev_loop* loop;
  const Log& log;
  wamp::Realm& realm;
  Publisher& publisher;
  std::function<void(pid_t)> replace_worker;  // has a process killed and started again
};

class Handler {
 public:
  using Clock = std::chrono::steady_clock;

  // Of one session: jobs that are not answered yet.
  static constexpr std::size_t kMaxOfSession = 100;
  // Bytes of their bodies, of one session and of all; a session's only job may have more.
  static constexpr std::size_t kMaxBytesOfSession = 8UL << 20;
  static constexpr std::size_t kMaxBytes = 64UL << 20;

  // `timeout`: of each job.
  Handler(HandlerConfiguration configuration, std::chrono::milliseconds timeout,
          const HandlerSurroundings& surroundings);
  ~Handler();
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;

  [[nodiscard]] const std::string& name() const { return configuration_.name; }
  // Whether all, or some, of these topics or procedures are its own.
  [[nodiscard]] bool covers(const UriPattern& uris) const;
  [[nodiscard]] bool touches(const UriPattern& uris) const;

  // A process of its own that the main thread has started, in the place of the process `previous` (0: the first).
  void attach(pid_t pid, pid_t previous, Fd socket, const std::string& configuration);
  // The job's `done` is called once: at once when there is no room for it.
  void submit(HandlerJob job);
  void tell(const wamp::Session& session, std::string_view event, const std::string& body);
  // A frame of a worker's of its queue. False: there is no job of its own with this id and attempt.
  bool take(const JobFrame& frame);
  // Of the workers of its queue; and it gives back the queue's address.
  void admit(const ZmqConfiguration& zmq);
  void leave();
  // Deadlines. Called often.
  void tick();

  [[nodiscard]] const HandlerFigures& figures() const { return figures_; }
  void append_pids(std::vector<pid_t>& pids) const;

 private:
  using JobId = std::uint64_t;

  // One port with what is known of it; a session's jobs and events always go to the same one, in order.
  class Place;
  struct Pending {
    HandlerJob job;
    std::string attempt;
    Clock::time_point deadline;
    bool is_sent = false;
    Clock::time_point sent = {};
    int losses = 0;  // workers that were lost with it
  };
  struct Share {
    std::size_t jobs = 0;
    std::size_t bytes = 0;
  };

  Place& place_of(wamp::Id session) const;
  [[nodiscard]] std::optional<Error> no_room_for(const HandlerJob& job) const;
  // Its client, and who does the others, are told.
  void refuse(const HandlerJob& job, const Error& error);
  void send(Place& place, JobId id, Pending& pending);
  void send_waiting(Place& place);
  void send_again(Clock::time_point now);
  // Whether nobody waits for its answer any more: then whom it is about is not to be seen again by who does it.
  [[nodiscard]] bool is_left(const HandlerJob& job) const;
  // Without asking anybody.
  void drop(const std::vector<JobId>& ids);
  void tell_all(Place& place);
  void on_lost(Place& place);
  void on_frame(const JobFrame& frame);
  void on_publish(const JobFrame& frame);
  void on_close(const JobFrame& frame);
  [[nodiscard]] bool may_close(const wamp::Session& session) const;
  Result<HandlerAnswer> answer_of(const JobFrame& frame);
  // It is no longer under way.
  HandlerJob end(JobId id);
  // Of a worker that says what it may not.
  void complain(const std::string& what);

  const HandlerConfiguration configuration_;
  const std::chrono::milliseconds timeout_;
  const Log& log_;
  wamp::Realm& realm_;
  Publisher& publisher_;
  std::vector<std::unique_ptr<HandlerProcess>> processes_;
  std::unique_ptr<JobQueue> queue_;  // instead of them
  std::vector<std::unique_ptr<Place>> places_;
  std::map<JobId, Pending> jobs_;  // in the order in which they came
  std::unordered_map<wamp::Id, Share> shares_;
  std::size_t bytes_ = 0;
  JobId last_id_ = 0;
  HandlerFigures figures_;
  Occasional complaints_;
};

}  // namespace tws
