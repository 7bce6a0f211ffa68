// Commands: the jobs that are procedures (docs/procedures.md). Sends them to the daemon in the order in
// which they came, one at a time; those that the daemon answers late go beside the others.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "worker/daemon.hpp"
#include "worker/job_socket.hpp"
#include "worker/list_reader.hpp"
#include "worker/procedures.hpp"

namespace tws::worker {

class Commands {
 public:
  // All must outlive it.
  Commands(Daemon& daemon, ListReader& list, JobSocket& socket, const DaemonConfig& config)
      : daemon_(daemon), list_(list), socket_(socket), config_(config) {}

  // Takes a job with this id: it is answered now if it must be refused, or when the daemon has answered.
  void add(std::int64_t id, const JobFrame& job);

  // Whether the list's polls should let a command go first.
  [[nodiscard]] bool waiting() const { return reading_version_ || ordinary_.under_way > 0 || !ordinary_.queue.empty(); }

 private:
  struct Command {
    std::int64_t id;
    const Procedure* procedure;
    Json arguments;
    Clock::time_point deadline;
  };
  struct Lane {
    unsigned limit;
    unsigned under_way = 0;
    std::deque<Command> queue{};
  };

  Result<Command> check(const JobFrame& job) const;
  void advance();
  void advance(Lane& lane);
  void read_version();
  void send(Lane& lane, Command command);
  void finish(Lane& lane, const Command& command, const RpcReply& reply);
  void apply_effect(const Command& command, const json_t* result);
  void refuse_queued(Lane& lane, const std::string& reason);

  Daemon& daemon_;
  ListReader& list_;
  JobSocket& socket_;
  const DaemonConfig& config_;
  Lane ordinary_{.limit = 1};
  Lane late_{.limit = 8};
  bool reading_version_ = false;
};

}  // namespace tws::worker
