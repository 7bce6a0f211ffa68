#include "worker/job_socket.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace tws::worker {

namespace {

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

bool JobSocket::receive() {
  std::array<char, 64UL << 10> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by recv
  const ssize_t got = ::recv(fd(), chunk.data(), chunk.size(), MSG_DONTWAIT);
  if (got > 0) {
    reader_.feed({chunk.data(), static_cast<std::size_t>(got)});
    return true;
  }
  return got < 0 && would_block();
}

void JobSocket::send(const Json& header, std::string_view body) {
  append_job_frame(out_, header.get(), body);
  flush();
}

void JobSocket::send_ready() {
  send(Json(json_pack("{s:s,s:i,s:i}", "type", "ready", "protocol", kWorkerProtocolVersion, "pid", ::getpid())));
}

void JobSocket::send_result(std::int64_t id, std::string_view body) {
  send(Json(json_pack("{s:s,s:I}", "type", "result", "id", json_int_t{id})), body);
}

void JobSocket::send_error(std::int64_t id, const Error& error) {
  send(Json(json_pack("{s:s,s:I,s:s,s:s}", "type", "error", "id", json_int_t{id}, "error", error.uri.c_str(), "message",
                      error.message.c_str())));
}

void JobSocket::send_progress(std::int64_t id, const char* kind, const Json& members, std::string_view body) {
  const Json header(json_pack("{s:s,s:I,s:s}", "type", "progress", "id", json_int_t{id}, "kind", kind));
  json_object_update(header.get(), members.get());
  send(header, body);
}

void JobSocket::log(const char* level, const char* code, const std::string& message) {
  send(Json(json_pack("{s:s,s:s,s:s,s:s}", "type", "log", "level", level, "code", code, "message", message.c_str())));
}

void JobSocket::flush() {
  while (backlog()) {
    const ssize_t wrote = ::send(fd(), out_.data() + sent_, out_.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (wrote < 0 && would_block()) {
      if (sent_ > out_.size() / 2) {  // so that less is moved than was sent
        out_.erase(0, sent_);
        sent_ = 0;
      }
      return;
    }
    // On any other error the loop has gone, as receive() is about to tell.
    sent_ = wrote < 0 ? out_.size() : sent_ + static_cast<std::size_t>(wrote);
  }
  out_.clear();
  sent_ = 0;
}

void JobSocket::wait() {
  pollfd poll_fd{.fd = fd(), .events = POLLIN, .revents = 0};
  do {
    flush();
    poll_fd.events = static_cast<short>(backlog() ? POLLIN | POLLOUT : POLLIN);
    ::poll(&poll_fd, 1, -1);
  } while ((poll_fd.revents & ~POLLOUT) == 0);
}

}  // namespace tws::worker
