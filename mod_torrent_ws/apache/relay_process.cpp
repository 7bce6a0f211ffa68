#include "apache/relay_process.hpp"

#include <ap_mpm.h>
#include <fcntl.h>
#include <http_core.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <set>

#include "apache/supervisor.hpp"

namespace tws::apache {

namespace {

// Within which torrent-ws tells its clients that the server stops (kFarewellTime of the event loop).
constexpr auto kGoodbyeTime = std::chrono::milliseconds(1500);

// From first to last; system call filters that are older than close_range() forbid it.
void close_all(unsigned first, unsigned last) {
  if (close_range(first, last, 0) == 0) {
    return;
  }
  for (unsigned fd = first; fd <= last; ++fd) {
    close(static_cast<int>(fd));
  }
}

// Closes every descriptor but those in `kept`, and puts /dev/null on 0 to 2.
void close_others(std::set<int> kept) {
  kept.erase(-1);
  unsigned first = 0;
  for (const int fd : kept) {
    if (static_cast<unsigned>(fd) > first) {
      close_all(first, static_cast<unsigned>(fd) - 1);
    }
    first = static_cast<unsigned>(fd) + 1;
  }
  closefrom(static_cast<int>(first));
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (!kept.contains(fd)) {
      open("/dev/null", O_RDWR);  // takes the lowest free number, which is this one
    }
  }
}

void reset_signals() {
  for (int number = 1; number < NSIG; ++number) {
    std::signal(number, SIG_DFL);
  }
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

// Tells torrent-ws of this process; the socket that is kept says how many connections it has.
Fd introduce(const SupervisorState& supervisor) {
  std::array<int, 2> pair{-1, -1};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair.data()) != 0) {
    return {};
  }
  Fd ours(pair[0]);
  const Fd theirs(pair[1]);
  Handover message;
  message.kind = HandoverKind::kRelay;
  message.relay = getpid();
  static_cast<void>(send_handover(supervisor, message, {theirs.get()}));
  return ours;
}

// Nothing of httpd is used here, not even its log: the log's descriptor may be a client's socket by now.
[[noreturn]] void run_relay_process(TlsRelayLoop& loop, const ServerState& state) {
  const SupervisorState& supervisor = *state.supervisor;
  setsid();
  prctl(PR_SET_DUMPABLE, 0);
  reset_signals();
  const Fd counter = introduce(supervisor);
  std::set<int> kept = loop.descriptors();
  kept.insert({handover_socket(supervisor), counter.get()});
  close_others(kept);
  prctl(PR_SET_NAME, "tws-relay");
  loop.move_to_this_process();
  loop.limit_lifetime(std::chrono::milliseconds(state.configuration.relay_lifetime_ms));
  malloc_trim(0);
  TlsRelayReports reports;
  reports.on_count = [&counter](std::size_t count) {
    const auto connections = static_cast<std::uint32_t>(count);
    [[maybe_unused]] const auto sent = send(counter.get(), &connections, sizeof connections, MSG_NOSIGNAL);
  };
  reports.on_expired = [&supervisor](std::uint64_t cookie) {
    Handover message;
    message.kind = HandoverKind::kExpired;
    message.expired = cookie;
    static_cast<void>(send_handover(supervisor, message, {}));
  };
  loop.finish();
  loop.run(reports);
  _exit(0);
}

bool is_threaded() {
  int threaded = AP_MPMQ_NOT_SUPPORTED;
  ap_mpm_query(AP_MPMQ_IS_THREADED, &threaded);
  return threaded != AP_MPMQ_NOT_SUPPORTED;
}

}  // namespace

// Prefork always says "not graceful" and runs the cleanups inside the signal handler: there the signal
// that is being handled is blocked, and tells a stop from a graceful end.
bool ChildRelay::is_hard_stop() const {
  if (is_threaded()) {
    return !leaves_gracefully_;
  }
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  return sigismember(&blocked, SIGTERM) == 1 || sigismember(&blocked, SIGHUP) == 1;
}

ChildRelay::~ChildRelay() {
  if (is_hard_stop() && relay_.has_started()) {
    relay_.finish(kGoodbyeTime);
    if (!is_threaded() && !ap_exists_config_define("ONE_PROCESS")) {
      // Not through destructors and exit handlers: in prefork's signal handler they could find the heap half changed.
      _exit(0);
    }
    relay_.stop_thread();
    return;
  }
  auto loop = relay_.stop_thread();
  if (!loop) {
    return;
  }
  switch (fork()) {
    case 0:
      run_relay_process(*loop, state_of(server_));
    case -1:
      // Then this child stays for them, though its slot is missed.
      loop->move_to_this_process();
      loop->finish();
      loop->run();
      break;
    default:
      // Not freed here: both processes have the connections now, and this one may say nothing on them.
      [[maybe_unused]] const auto* left = loop.release();
      break;
  }
}

}  // namespace tws::apache
