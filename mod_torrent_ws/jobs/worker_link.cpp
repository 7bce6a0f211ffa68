#include "jobs/worker_link.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

namespace tws {

namespace {

constexpr std::size_t kReadSize = 64UL << 10;
// So much is read in one turn of the loop; the rest comes in the next one, after the others.
constexpr int kReadsPerTurn = 16;

}  // namespace

WorkerLink::WorkerLink(struct ev_loop* loop, Fd socket, std::function<void(const JobFrame&)> on_frame,
                       std::function<void()> on_lost)
    : loop_(loop), socket_(std::move(socket)), on_frame_(std::move(on_frame)), on_lost_(std::move(on_lost)) {
  ev_io_init(&readable_, on_ready, socket_.get(), EV_READ);
  ev_io_init(&writable_, on_ready, socket_.get(), EV_WRITE);
  readable_.data = writable_.data = this;
  ev_io_start(loop_, &readable_);
}

WorkerLink::~WorkerLink() {
  ev_io_stop(loop_, &readable_);
  ev_io_stop(loop_, &writable_);
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
    link->write();
  }
  if ((events & EV_READ) != 0) {
    link->read();
  }
}

void WorkerLink::read() {
  thread_local std::array<char, kReadSize> buffer{};
  bool ended = false;
  for (int i = 0; i < kReadsPerTurn && !ended; ++i) {
    const ssize_t size = recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size > 0) {
      reader_.feed({buffer.data(), static_cast<std::size_t>(size)});
      continue;
    }
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
      break;
    }
    ended = true;
  }
  JobFrame frame;
  for (;;) {
    const auto more = reader_.next(frame);
    if (!more) {
      ended = true;
      break;
    }
    if (!*more) {
      break;
    }
    on_frame_(frame);
  }
  if (ended) {
    // The callback may destroy this object: nothing of it is touched afterwards.
    const auto lost = std::move(on_lost_);
    lost();
  }
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
