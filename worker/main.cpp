// torrent-ws-worker: does the blocking work of one torrent-ws process (docs/worker-protocol.md).
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <new>

#include "support/log.hpp"
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

// Another one is started. What was too much is mostly large, so that a line is possible.
[[noreturn]] void end_out_of_memory() {
  std::set_new_handler(nullptr);
  tws::Log().write(tws::LogLevel::kError, "TWS0306", "out of memory: this worker ends, and another one is started");
  _exit(EXIT_FAILURE);
}

// For jansson, whose callers do not look whether there was memory.
void* allocate(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr && size > 0) {
    end_out_of_memory();
  }
  return memory;
}

}  // namespace

int main() {  // NOLINT(bugprone-exception-escape): out of memory it ends before
  std::set_new_handler(end_out_of_memory);
  json_set_alloc_funcs(allocate, std::free);
  // It holds credentials: no core dumps, and nobody of the same user attaches to it.
  ::prctl(PR_SET_DUMPABLE, 0);
  // libcurl writes to sockets too.
  std::signal(SIGPIPE, SIG_IGN);
  JobSocket socket(tws::Fd(STDIN_FILENO));
  return run(socket);
}
