// WorkerLink: the event loop's end of one worker's socket. Reads and writes frames without blocking.
// Event-loop thread only.
#pragma once

#include <ev.h>

#include <cstdint>
#include <functional>
#include <string>

#include "support/fd.hpp"
#include "wire/job_frame.hpp"

namespace tws {

class WorkerLink {
 public:
  // `on_lost` is called once, when the worker closed its end or broke the protocol; the link may be
  // destroyed in it.
  WorkerLink(struct ev_loop* loop, Fd socket, std::function<void(const JobFrame&)> on_frame,
             std::function<void()> on_lost);
  ~WorkerLink();
  WorkerLink(const WorkerLink&) = delete;
  WorkerLink& operator=(const WorkerLink&) = delete;

  void send(const json_t* header, std::string_view body = {});
  // Bytes that the worker has not taken yet.
  [[nodiscard]] std::size_t waiting() const { return outgoing_.size() - sent_; }
  // How often it has made room for what waited: who does so reads.
  [[nodiscard]] std::uint64_t reads() const { return reads_; }

 private:
  static void on_ready(struct ev_loop* loop, ev_io* watcher, int events);
  static void on_rest(struct ev_loop* loop, ev_timer* watcher, int events);
  void read();
  void take_frames();
  void write();

  struct ev_loop* loop_;
  Fd socket_;
  std::function<void(const JobFrame&)> on_frame_;
  std::function<void()> on_lost_;
  ev_io readable_{};
  ev_io writable_{};
  ev_timer rest_{};  // frames that were read, for the next turn
  JobFrameReader reader_;
  bool has_ended_ = false;
  std::string outgoing_;
  std::size_t sent_ = 0;  // bytes of it that are written
  std::uint64_t reads_ = 0;
};

}  // namespace tws
