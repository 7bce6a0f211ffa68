// DaemonFeed: what the loop knows of one transmission-daemon: its state, and its torrents as the bytes
// that the daemon's worker handed over: the last snapshot, the changes since, and some of those before it. Runs the
// worker's watch while somebody looks, and has it write the forms that are looked at. Event-loop thread only.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "jobs/jobs.hpp"
#include "topics/tails.hpp"
#include "wamp/event.hpp"

namespace tws {

struct Change {
  std::uint64_t revision = 0;
  Tails tails;
  std::map<std::string, wamp::EventPtr> events;  // by format: the same as events, built by the topic once
  bool left_out = false;                         // forms that were asked for: with them it would be too long

  // Whether it is as much of this form as ever will be.
  [[nodiscard]] bool serves(const Form& form) const { return left_out || tails.contains(form); }
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

  // How many subscriptions look at this daemon, all topics together. While it is 0 the daemon is asked nothing; the
  // worker keeps its list for some time, so that whoever comes back soon gets what has changed.
  void add_viewer();
  void remove_viewer();
  // The same for a subscription that is sent the torrents. While there is one of a form, the worker writes it. JSON it
  // always writes.
  void add_viewer(const Form& form);
  void remove_viewer(const Form& form);
  // The same for some seconds from now, for calls: one that comes again soon finds the watch running.
  void look(const Form& form);
  // For who has other jobs at the daemon's worker: it is watched over, and replaced when it hangs. The daemon is asked
  // nothing for that.
  void watch_over();
  void leave_alone();

  // Whether a subscriber who comes now is to be sent what there is. Otherwise news come at once: the first that are
  // known of this daemon, or its torrents in this form. Of a worker that hangs, is gone or has no torrents to write,
  // nothing is waited for: what there is in JSON goes out in other forms, too.
  [[nodiscard]] bool is_ready_for(const Form& form) const;

  // Whether what there is has been asked for since somebody looks again.
  [[nodiscard]] bool is_current() const { return watch_ && worker_has_list_ && is_fresh_; }
  // Whether nothing newer is to be had at the moment: daemon or worker hangs, is gone or makes no sense.
  [[nodiscard]] bool hangs() const { return !watch_ || lost_ || silent_ || said_state_ != "up"; }

  // The last snapshot, or null while there is none. It has the revision of the last change that is in it. It and what
  // came after it have the same forms, JSON among them.
  [[nodiscard]] const Change* snapshot() const { return snapshot_ ? &*snapshot_ : nullptr; }
  // The kwargs of the snapshot, of which there is one, with this head. What the worker did not write is transcoded
  // once.
  std::string snapshot_kwargs(const Form& form, const wamp::Value& head);
  [[nodiscard]] std::vector<const Change*> changes_since_snapshot() const;
  // All that came after a revision, oldest first. Nothing: that is no longer known, or never was, as the daemon may
  // have changed while nobody looked.
  [[nodiscard]] std::optional<std::vector<const Change*>> changes_after(std::uint64_t revision) const;

  // {"state":…,"since":…,"updated":…,"reason":…}
  [[nodiscard]] wamp::Value state() const;
  // The same with stats and settings.
  [[nodiscard]] std::string state_json() const;
  // Changes with the state, but not with each poll.
  [[nodiscard]] std::string state_key() const { return state_ + std::to_string(since_); }

  [[nodiscard]] DaemonFigures figures() const;

  // Notices a worker that has fallen silent, and that nobody looks any more. Called often.
  void tick(Clock::time_point now = Clock::now());
  // The worker's silence counts from now on: this thread stood still, and has not read what it said.
  void count_silence_from(Clock::time_point now) { heard_ = now; }

 private:
  void start_watch();
  void end_watch();
  // Of a watch for the forms that are in use now.
  std::string watch_arguments();
  void on_progress(const JobFrame& frame);
  void on_worker_lost(WorkerEnd end);
  void on_ended(const Result<std::string>& outcome);
  void take_figures(const json_t* figures);
  void take_tails(const JobFrame& frame, bool is_snapshot);
  void take_snapshot(Change snapshot, bool continues);
  void take_delta(Change delta);
  void forget_old_changes();
  void set_state(const std::string& state, double since, std::string reason);

  std::string name_;
  Jobs& jobs_;
  std::function<std::uint64_t()> next_revision_;
  Listener listener_;

  std::size_t viewers_ = 0;
  std::size_t guards_ = 0;  // who watch over the worker
  std::map<Form, std::size_t> viewers_of_form_;
  std::map<Form, Clock::time_point> looks_;  // of calls, until when
  std::optional<JobId> watch_;
  Clock::time_point left_;    // when the last viewer or guard left
  Clock::time_point ended_;   // when the worker ended the watch
  bool is_fresh_ = false;     // the daemon has given its torrents since the first viewer came
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
  // The revision after which changes_ has all there were; none: the watch has ended since.
  std::optional<std::uint64_t> known_since_;
  std::deque<Change> changes_;
  std::size_t bytes_of_changes_ = 0;
  // Of the changes, those since the snapshot.
  std::size_t deltas_ = 0;
  std::size_t delta_bytes_ = 0;
};

}  // namespace tws
