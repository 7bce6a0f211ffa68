// HandlerProcess: one process of a handler, and who takes its place when it has ended. Several jobs are under way at it
// at a time; one that says nothing any more is killed, and so is one that does not read what it is told. Event-loop
// thread only.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "handlers/handler_port.hpp"
#include "jobs/worker_link.hpp"

namespace tws {

class HandlerProcess final : public HandlerPort {
 public:
  using Clock = std::chrono::steady_clock;

  // From its start to its `ready`, and from when it hung up to its end.
  static constexpr auto kStartTime = std::chrono::seconds(30);
  static constexpr auto kEndTime = std::chrono::seconds(5);
  // What it has not read yet, beyond what it was told at its beginning.
  static constexpr std::size_t kMaxWaiting = 64UL << 20;
  // Events about errors are for information, and left out where so much waits.
  static constexpr std::size_t kMaxWaitingForErrors = 64UL << 10;

  // `replace` has a process killed and started again; `silence` is how long one that has jobs may say nothing, and read
  // nothing of what waits for it.
  HandlerProcess(struct ev_loop* loop, std::function<void(pid_t)> replace, std::chrono::milliseconds silence)
      : loop_(loop), replace_(std::move(replace)), silence_(silence) {}

  // Takes a process that was started, whose first frame has this body; the one before it is lost. `listener` outlives
  // it.
  void attach(pid_t pid, Fd socket, const std::string& configuration, HandlerPortListener& listener);
  // The last one that was attached; 0: none.
  [[nodiscard]] pid_t pid() const { return pid_; }

  // HandlerPort
  bool send(const json_t* header, std::string_view body) override;
  void tell(std::string_view event, const std::string& body) override;
  [[nodiscard]] bool wants(std::string_view name) const override;
  void tick() override;

 private:
  void on_frame(const JobFrame& frame);
  void on_ready(const json_t* header);
  void on_lost();
  void replace();

  struct ev_loop* loop_;
  std::function<void(pid_t)> replace_;
  const std::chrono::milliseconds silence_;
  HandlerPortListener* listener_ = nullptr;
  std::unique_ptr<WorkerLink> link_;
  pid_t pid_ = 0;
  bool is_ready_ = false;
  bool is_replaced_ = false;
  std::set<std::string, std::less<>> wanted_;
  std::set<std::int64_t> unanswered_;  // ids of jobs
  bool has_refused_ = false;           // jobs, for which there may be room later
  std::size_t most_waiting_ = 0;       // bytes
  std::uint64_t reads_ = 0;            // the link's, when it was looked at last
  Clock::time_point heard_;            // its last sign of life; or since when an answer is awaited
};

}  // namespace tws
