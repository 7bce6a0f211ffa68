#include "jobs/worker_link.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

namespace tws {

namespace {

constexpr std::size_t kReadSize = 64UL << 10;
// So much is read in one turn of the loop; the rest comes in the next one, after the others.
constexpr int kReadsPerTurn = 16;
// For frames in one turn: one may be a list of publications, so they are not counted.
constexpr auto kTurn = std::chrono::milliseconds(2);

}  // namespace

WorkerLink::WorkerLink(struct ev_loop* loop, Fd socket, std::function<void(const JobFrame&)> on_frame,
                       std::function<void()> on_lost)
    : loop_(loop), socket_(std::move(socket)), on_frame_(std::move(on_frame)), on_lost_(std::move(on_lost)) {
  ev_io_init(&readable_, on_ready, socket_.get(), EV_READ);
  ev_io_init(&writable_, on_ready, socket_.get(), EV_WRITE);
  ev_timer_init(&rest_, on_rest, 0, 0);
  readable_.data = writable_.data = rest_.data = this;
  ev_io_start(loop_, &readable_);
}

WorkerLink::~WorkerLink() {
  ev_io_stop(loop_, &readable_);
  ev_io_stop(loop_, &writable_);
  ev_timer_stop(loop_, &rest_);
}

void WorkerLink::send(const json_t* header, std::string_view body) {
  const bool idle = outgoing_.empty();
  append_job_frame(outgoing_, header, body);
  if (idle) {
    write();
  }
}

void WorkerLink::on_ready(struct ev_loop* /*loop*/, ev_io* watcher, int events) {
  auto* link = static_cast<WorkerLink*>(watcher->data);
  if ((events & EV_WRITE) != 0) {
    ++link->reads_;
    link->write();
  }
  if ((events & EV_READ) != 0) {
    link->read();
  }
}

void WorkerLink::on_rest(struct ev_loop* /*loop*/, ev_timer* watcher, int /*events*/) {
  static_cast<WorkerLink*>(watcher->data)->take_frames();
}

void WorkerLink::read() {
  thread_local std::array<char, kReadSize> buffer{};
  for (int i = 0; i < kReadsPerTurn && !has_ended_; ++i) {
    const ssize_t size = recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size > 0) {
      reader_.feed({buffer.data(), static_cast<std::size_t>(size)});
      continue;
    }
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
      break;
    }
    has_ended_ = true;
  }
  take_frames();
}

void WorkerLink::take_frames() {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + kTurn;
  JobFrame frame;
  do {
    const auto more = reader_.next(frame);
    if (!more || (!*more && has_ended_)) {
      // The callback may destroy this object: nothing of it is touched afterwards.
      const auto lost = std::move(on_lost_);
      lost();
      return;
    }
    if (!*more) {
      ev_io_start(loop_, &readable_);
      return;
    }
    on_frame_(frame);
  } while (Clock::now() < end);
  ev_io_stop(loop_, &readable_);
  ev_timer_start(loop_, &rest_);
}

void WorkerLink::write() {
  while (sent_ < outgoing_.size()) {
    const ssize_t sent =
        ::send(socket_.get(), outgoing_.data() + sent_, outgoing_.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      sent_ += static_cast<std::size_t>(sent);
      continue;
    }
    if (errno == EAGAIN) {
      if (sent_ > outgoing_.size() / 2) {
        outgoing_.erase(0, std::exchange(sent_, 0));
      }
      ev_io_start(loop_, &writable_);
      return;
    }
    if (errno != EINTR) {
      break;  // its end is noticed by the reader
    }
  }
  outgoing_.clear();
  sent_ = 0;
  ev_io_stop(loop_, &writable_);
}

}  // namespace tws
