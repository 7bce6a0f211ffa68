// torrent-ws-worker: does the blocking work of one torrent-ws process (docs/worker-protocol.md).
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>

#include "worker/daemon_worker.hpp"
#include "worker/job_socket.hpp"
#include "worker/log_codes.hpp"
#include "worker/pool_worker.hpp"

namespace {

using tws::JobFrame;
using tws::worker::JobSocket;

// Waits for the first frame and runs the role that it names.
int run(JobSocket& socket) {
  JobFrame frame;
  auto got = socket.next(frame);
  while (got && !*got) {
    socket.wait();
    if (!socket.receive()) {
      return 0;
    }
    got = socket.next(frame);
  }
  if (!got || tws::string_member(frame.header.get(), "type") != "configure" ||
      tws::integer_member(frame.header.get(), "protocol") != tws::kWorkerProtocolVersion) {
    socket.log("error", tws::worker::log_code::kProtocol, "the first frame must be configure, of worker protocol 1");
    return 1;
  }
  const auto configuration = tws::parse_json(frame.body);
  const auto role = tws::string_member(frame.header.get(), "role");
  if (configuration && role == "pool") {
    return tws::worker::run_pool_worker(socket, *configuration);
  }
  if (configuration && role == "daemon") {
    return tws::worker::run_daemon_worker(socket, *configuration);
  }
  socket.log("error", tws::worker::log_code::kConfiguration, "no such role, or a configuration that is not JSON");
  return 1;
}

}  // namespace

// Out of memory ends the worker, and the event loop starts another.
int main() {  // NOLINT(bugprone-exception-escape)
  // It holds credentials: no core dumps, and nobody of the same user attaches to it.
  ::prctl(PR_SET_DUMPABLE, 0);
  // libcurl writes to sockets too.
  std::signal(SIGPIPE, SIG_IGN);
  JobSocket socket(tws::Fd(STDIN_FILENO));
  return run(socket);
}
