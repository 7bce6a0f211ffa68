// LineLink: one peer on a stream socket that sends requests and gets answers, each a line. Never blocks, and is
// bounded: its owner takes no request while too much waits to be sent, and who takes nothing of what
// waits for him, or does not finish a line in time, is hung up on. Who only ends his side gets all answers first; his
// last line needs no line feed. Event-loop thread only.
#pragma once

#include <ev.h>

#include <deque>
#include <string>
#include <string_view>

#include "support/fd.hpp"

namespace tws {

class LineLink {
 public:
  // Who answers. None of these may destroy the link.
  class Owner {
   public:
    virtual ~Owner() = default;
    // Asked before each line: while false, the peer waits.
    [[nodiscard]] virtual bool takes_lines() const = 0;
    // Without its line feed.
    virtual void on_line(std::string_view line) = 0;
    // A longer line than there may be has begun; what follows is not read.
    virtual void on_long_line() = 0;
    // So many bytes are held that are no whole line yet, or no line that is taken. May finish() or end() the link.
    virtual void on_held(std::size_t /*bytes*/) {}
    // All that was queued is sent.
    virtual void on_sent() = 0;
    // Called once: the peer hung up, was hung up on, or finish() is done. Nothing is called any more.
    virtual void on_end() = 0;
  };

  // `max_line` in bytes, without the line feed.
  LineLink(struct ev_loop* loop, Fd socket, std::size_t max_line, Owner& owner);
  ~LineLink();
  LineLink(const LineLink&) = delete;
  LineLink& operator=(const LineLink&) = delete;

  // Queues a line: its line feed is added. It is sent in the next turn of the loop.
  void send(std::string line);
  [[nodiscard]] std::size_t queued_bytes() const { return queued_bytes_; }
  // Sends what is queued, then hangs up; no line is taken any more.
  void finish();
  // Hangs up at once.
  void end();

 private:
  static void on_ready(struct ev_loop* loop, ev_io* watcher, int events);
  static void on_stalled(struct ev_loop* loop, ev_timer* watcher, int events);
  void read();
  void write();
  // Hands over the lines that are there, as far as the owner takes them, and then reads on or does not.
  void advance();
  // Waits for what comes next; `has_taken`: a line that has begun is another one than before.
  void read_on(bool has_taken);

  struct ev_loop* loop_;
  Fd socket_;
  std::size_t max_line_;
  Owner& owner_;
  ev_io readable_{};
  ev_io writable_{};
  ev_timer stalled_{};
  ev_timer unfinished_{};  // while a line has begun
  std::string incoming_;
  std::size_t searched_ = 0;  // so far there is no line feed in it
  std::deque<std::string> outgoing_;
  std::size_t sent_ = 0;  // bytes of the first line that are written
  std::size_t queued_bytes_ = 0;
  bool peer_finished_ = false;  // it sends no more
  bool finishing_ = false;
  bool ended_ = false;
};

}  // namespace tws
