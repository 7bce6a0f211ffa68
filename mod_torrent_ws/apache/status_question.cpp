#include "apache/status_question.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "apache/supervisor.hpp"
#include "support/fd.hpp"
#include "support/unix_message.hpp"

namespace tws::apache {

namespace {

using Clock = std::chrono::steady_clock;

Result<std::string> read_to_end(int socket, Clock::time_point deadline) {
  std::string text;
  std::array<char, 8192> buffer{};
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (!wait_for(socket, POLLIN, static_cast<int>(std::max<std::int64_t>(left.count(), 0)))) {
      return Error{"the event loop does not answer", {}};
    }
    const ssize_t size = recv(socket, buffer.data(), buffer.size(), 0);
    if (size < 0) {
      return Error{"the event loop hung up", {}};
    }
    if (size == 0) {
      return text;
    }
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

Result<std::string> ask(const SupervisorState& supervisor, std::chrono::milliseconds timeout) {
  Handover question;
  question.kind = HandoverKind::kStatus;
  std::array<int, 2> pair{-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    return Error{"no descriptor left to ask the event loop with", {}};
  }
  const Fd ours(pair[0]);
  Fd theirs(pair[1]);
  if (const auto sent = send_handover(supervisor, question, {theirs.get()}); !sent) {
    return sent.error();
  }
  theirs.reset();
  return read_to_end(ours.get(), Clock::now() + timeout);
}

}  // namespace

Result<Json> ask_for_status(const request_rec* request, std::chrono::milliseconds timeout) {
  const ServerState& state = state_of(request->server);
  if (state.supervisor == nullptr || !is_up(*state.supervisor)) {
    return Error{"torrent-ws is not up", {}};
  }
  const auto answer = ask(*state.supervisor, timeout);
  auto status = answer ? parse_json(*answer) : Result<Json>(answer.error());
  if (!status) {
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, request, "TWS0006: no status: %s", status.error().message.c_str());
    return Error{"torrent-ws does not answer", {}};
  }
  return status;
}

}  // namespace tws::apache
