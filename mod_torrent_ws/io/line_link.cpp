#include "io/line_link.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace tws {

namespace {

constexpr double kStallSeconds = 20;
constexpr double kLineSeconds = 30;
constexpr std::size_t kReadSize = 16UL << 10;

void set_active(struct ev_loop* loop, ev_io& watcher, bool active) {
  if (active) {
    ev_io_start(loop, &watcher);
  } else {
    ev_io_stop(loop, &watcher);
  }
}

}  // namespace

LineLink::LineLink(struct ev_loop* loop, Fd socket, std::size_t max_line, Owner& owner)
    : loop_(loop), socket_(std::move(socket)), max_line_(max_line), owner_(owner) {
  ev_io_init(&readable_, on_ready, socket_.get(), EV_READ);
  ev_io_init(&writable_, on_ready, socket_.get(), EV_WRITE);
  ev_timer_init(&stalled_, on_stalled, 0, kStallSeconds);
  ev_timer_init(&unfinished_, on_stalled, 0, kLineSeconds);
  readable_.data = writable_.data = stalled_.data = unfinished_.data = this;
  ev_io_start(loop_, &readable_);
}

LineLink::~LineLink() {
  ev_io_stop(loop_, &readable_);
  ev_io_stop(loop_, &writable_);
  ev_timer_stop(loop_, &stalled_);
  ev_timer_stop(loop_, &unfinished_);
}

void LineLink::send(std::string line) {
  if (ended_) {
    return;
  }
  if (outgoing_.empty()) {
    ev_io_start(loop_, &writable_);
    ev_timer_again(loop_, &stalled_);
  }
  line.push_back('\n');
  queued_bytes_ += line.size();
  outgoing_.push_back(std::move(line));
}

void LineLink::finish() {
  finishing_ = true;
  ev_io_stop(loop_, &readable_);
  ev_timer_stop(loop_, &unfinished_);
  if (outgoing_.empty()) {
    end();
  }
}

void LineLink::end() {
  if (ended_) {
    return;
  }
  ended_ = true;
  ev_io_stop(loop_, &readable_);
  ev_io_stop(loop_, &writable_);
  ev_timer_stop(loop_, &stalled_);
  ev_timer_stop(loop_, &unfinished_);
  socket_.reset();
  outgoing_.clear();
  queued_bytes_ = 0;
  owner_.on_end();
}

void LineLink::on_ready(struct ev_loop* /*loop*/, ev_io* watcher, int events) {
  auto* link = static_cast<LineLink*>(watcher->data);
  if ((events & EV_WRITE) != 0) {
    link->write();
  } else {
    link->read();
  }
}

void LineLink::on_stalled(struct ev_loop* /*loop*/, ev_timer* watcher, int /*events*/) {
  static_cast<LineLink*>(watcher->data)->end();
}

void LineLink::read() {
  std::array<char, kReadSize> buffer{};
  const ssize_t size = recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size < 0) {
    if (errno != EAGAIN && errno != EINTR) {
      end();
    }
    return;
  }
  peer_finished_ = size == 0;
  incoming_.append(buffer.data(), static_cast<std::size_t>(size));
  if (peer_finished_ && !incoming_.empty()) {
    incoming_.push_back('\n');  // the last line may have none
  }
  advance();
}

void LineLink::write() {
  while (!outgoing_.empty()) {
    const std::string& line = outgoing_.front();
    const ssize_t sent = ::send(socket_.get(), line.data() + sent_, line.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno != EAGAIN && errno != EINTR) {
        end();
      }
      return;
    }
    ev_timer_again(loop_, &stalled_);
    sent_ += static_cast<std::size_t>(sent);
    queued_bytes_ -= static_cast<std::size_t>(sent);
    if (sent_ == line.size()) {
      outgoing_.pop_front();
      sent_ = 0;
    }
  }
  ev_io_stop(loop_, &writable_);
  ev_timer_stop(loop_, &stalled_);
  if (finishing_) {
    end();
    return;
  }
  owner_.on_sent();
  advance();
}

void LineLink::advance() {
  std::size_t taken = 0;
  while (!ended_ && !finishing_ && owner_.takes_lines()) {
    const std::size_t end = incoming_.find('\n', std::max(taken, searched_));
    if (std::min(end, incoming_.size()) - taken > max_line_) {
      owner_.on_long_line();
      finish();
      break;
    }
    if (end == std::string::npos) {
      searched_ = incoming_.size();
      break;
    }
    owner_.on_line(std::string_view(incoming_).substr(taken, end - taken));
    taken = end + 1;
  }
  incoming_.erase(0, taken);
  searched_ -= std::min(searched_, taken);
  if (!finishing_ && !ended_) {
    owner_.on_held(incoming_.size());
  }
  if (finishing_ || ended_) {
    incoming_.clear();
    incoming_.shrink_to_fit();
    return;
  }
  read_on(taken > 0);
}

void LineLink::read_on(bool has_taken) {
  const bool reads = owner_.takes_lines();
  if (reads && peer_finished_) {
    finish();
    return;
  }
  set_active(loop_, readable_, reads && !peer_finished_);
  if (incoming_.empty()) {
    incoming_.shrink_to_fit();
  }
  if (incoming_.empty() || !reads) {
    ev_timer_stop(loop_, &unfinished_);
  } else if (has_taken || !ev_is_active(&unfinished_)) {
    ev_timer_again(loop_, &unfinished_);
  }
}

}  // namespace tws
