// DaemonFeed: what the loop knows of one transmission-daemon: its state, and its torrents as the bytes
// that the daemon's worker handed over, last snapshot and deltas since. Runs the worker's watch while
// somebody looks, and has it write the forms that are looked at. Event-loop thread only.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "jobs/jobs.hpp"
#include "topics/tails.hpp"
#include "wamp/event.hpp"

namespace tws {

struct Change {
  std::uint64_t revision = 0;
  Tails tails;
  std::map<std::string, wamp::EventPtr> events;  // by format: the same as events, built by the topic once
};

// What its workers did at the daemon, all together.
struct DaemonFigures {
  std::int64_t requests = 0;
  std::int64_t errors = 0;
  double busy_seconds = 0;
};

class DaemonFeed {
 public:
  using Clock = std::chrono::steady_clock;

  // What happened, for the topics that show it.
  struct Listener {
    std::function<void()> on_snapshot;
    std::function<void(const DaemonFeed&, Change&)> on_delta;
    std::function<void(const DaemonFeed&)> on_state;
    std::function<void(const DaemonFeed&)> on_session;
    // is_ready_for() may now be true for somebody for whom it was not.
    std::function<void()> on_ready;
  };

  DaemonFeed(std::string name, Jobs& jobs, std::function<std::uint64_t()> next_revision, Listener listener);
  ~DaemonFeed();
  DaemonFeed(const DaemonFeed&) = delete;
  DaemonFeed& operator=(const DaemonFeed&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }

  // How many subscriptions look at this daemon, all topics together. The watch runs while it is not 0.
  void add_viewer();
  void remove_viewer();
  // The same for a subscription that is sent the torrents. While there is one of a form, the worker writes it. JSON it
  // always writes.
  void add_viewer(const Form& form);
  void remove_viewer(const Form& form);

  // Whether a subscriber who comes now is to be sent what there is. Otherwise news come at once: the first that are
  // known of this daemon, or its torrents in this form. Of a worker that hangs, is gone or has no torrents to write,
  // nothing is waited for: what there is in JSON goes out in other forms, too.
  [[nodiscard]] bool is_ready_for(const Form& form) const;

  // The last snapshot, or null while there is none, and what came after it. Both have the same forms, JSON among them.
  [[nodiscard]] const Change* snapshot() const { return snapshot_ ? &*snapshot_ : nullptr; }
  [[nodiscard]] const std::deque<Change>& deltas() const { return deltas_; }

  // {"state":…,"since":…,"updated":…,"reason":…}
  [[nodiscard]] wamp::Value state() const;
  // The same with stats and settings.
  [[nodiscard]] std::string state_json() const;
  // Changes with the state, but not with each poll.
  [[nodiscard]] std::string state_key() const { return state_ + std::to_string(since_); }

  [[nodiscard]] DaemonFigures figures() const;

  // Notices a worker that has fallen silent. Called often.
  void tick();

 private:
  void start_watch();
  // Of a watch for the forms that are in use now.
  std::string watch_arguments();
  void on_progress(const JobFrame& frame);
  void on_worker_lost();
  void take_figures(const json_t* figures);
  void take_tails(const JobFrame& frame, bool is_snapshot);
  void set_state(const std::string& state, double since, std::string reason);

  std::string name_;
  Jobs& jobs_;
  std::function<std::uint64_t()> next_revision_;
  Listener listener_;

  std::size_t viewers_ = 0;
  std::map<Form, std::size_t> viewers_of_form_;
  std::optional<JobId> watch_;
  std::set<Form> asked_for_;  // by the watch
  Clock::time_point heard_;
  bool silent_ = false;
  bool lost_ = false;             // the worker has ended, and nothing came from the next one
  bool worker_has_list_ = false;  // what it is asked for it can write
  // What the worker last said of the daemon: it counts again when a silent worker wakes up.
  std::string said_state_ = "up";
  std::string said_reason_;

  std::string state_ = "busy";
  std::string reason_ = "not asked yet";
  double since_ = 0;
  double updated_ = 0;
  bool known_ = false;           // the first news from its worker are here
  std::string session_members_;  // "stats":{…},"settings":{…}

  DaemonFigures of_worker_;  // of the one that runs
  DaemonFigures of_former_;  // of those before it

  std::optional<Change> snapshot_;
  std::deque<Change> deltas_;
  std::size_t delta_bytes_ = 0;
};

}  // namespace tws
