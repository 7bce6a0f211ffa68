#include "apache/loop_question.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "apache/supervisor.hpp"
#include "support/fd.hpp"
#include "support/unix_message.hpp"

namespace tws::apache {

namespace {

using Clock = std::chrono::steady_clock;

bool wait_until(int socket, short events, Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  return wait_for(socket, events, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
}

// As much as there is room for, and its end if that is all; cuts it off `body`. False: nobody wants it.
bool write_some(int socket, std::string_view& body) {
  const ssize_t size = body.empty() ? 0 : send(socket, body.data(), body.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (size < 0 && errno != EAGAIN && errno != EINTR) {
    return false;
  }
  body.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  if (body.empty()) {
    shutdown(socket, SHUT_WR);
  }
  return true;
}

Result<std::string> read_to_end(int socket, Clock::time_point deadline) {
  std::string text;
  std::array<char, 8192> buffer{};
  for (;;) {
    if (!wait_until(socket, POLLIN, deadline)) {
      return Error{"the event loop does not answer", {}};
    }
    const ssize_t size = recv(socket, buffer.data(), buffer.size(), 0);
    // It may have answered without reading the whole body.
    if (size == 0 || (size < 0 && !text.empty())) {
      return text;
    }
    if (size < 0) {
      return Error{"the event loop hung up", {}};
    }
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

}  // namespace

Result<std::string> ask_event_loop(const SupervisorState& supervisor, std::string_view question, std::string_view body,
                                   std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  std::array<int, 2> pair{-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    return Error{"no descriptor left to ask the event loop with", {}};
  }
  const Fd ours(pair[0]);
  Fd theirs(pair[1]);
  // Mostly it is all there before the question is.
  write_some(ours.get(), body);
  if (const auto sent = send_handover(supervisor, question, {theirs.get()}); !sent) {
    return sent.error();
  }
  theirs.reset();
  // The answer may come before its end.
  while (!body.empty() && wait_until(ours.get(), POLLOUT, deadline) && write_some(ours.get(), body)) {
  }
  return read_to_end(ours.get(), deadline);
}

}  // namespace tws::apache
