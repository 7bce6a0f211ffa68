// Commands: the jobs that are procedures (docs/procedures.md). Sends them to the daemon in the order in
// which they came, one at a time; those that the daemon answers late go beside the others. While the daemon does not
// answer, they wait here, each until its own deadline.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "worker/daemon.hpp"
#include "worker/detail_watch.hpp"
#include "worker/job_socket.hpp"
#include "worker/list_reader.hpp"
#include "worker/procedures.hpp"

namespace tws::worker {

class Commands {
 public:
  // All must outlive it.
  Commands(Daemon& daemon, ListReader& list, DetailWatch& details, JobSocket& socket, const DaemonConfig& config)
      : daemon_(daemon), list_(list), details_(details), socket_(socket), config_(config) {}

  // Takes a job with this id: it is answered now if it must be refused, or when the daemon has answered.
  void add(std::int64_t id, const JobFrame& job);

  // Answers those whose time is over, and sends those that need not wait any longer.
  void tick(Timers& timers);

  // Whether the list's polls should let a command go first.
  [[nodiscard]] bool waiting() const { return asking_ || ordinary_.under_way > 0 || !ordinary_.queue.empty(); }

 private:
  struct Command {
    std::int64_t id;
    const Procedure* procedure;
    Json arguments;
    std::string user;  // who called; empty: nobody who has signed in
    Clock::time_point deadline;
    bool announced = false;  // the loop was told that it is sent
  };
  struct Lane {
    unsigned limit;
    unsigned under_way = 0;
    std::deque<Command> queue{};
  };

  Result<Command> check(const JobFrame& job) const;
  void advance();
  void advance(Lane& lane);
  void ask();
  bool announce(Command& command);
  void send(Lane& lane, Command command);
  void finish(Lane& lane, const Command& command, const RpcReply& reply);
  void touched(const HashSet& hashes);
  void removed(const HashSet& hashes);
  void apply_effect(const Command& command, const json_t* result);
  void refuse_queued(Lane& lane, const std::string& reason);
  void refuse_late(Lane& lane, Timers& timers);

  Daemon& daemon_;
  ListReader& list_;
  DetailWatch& details_;
  JobSocket& socket_;
  const DaemonConfig& config_;
  Lane ordinary_{.limit = 1};
  Lane late_{.limit = 8};
  bool asking_ = false;  // whether the daemon answers, and which version it has
};

}  // namespace tws::worker
