#include "apache/relay_process.hpp"

#include <ap_mpm.h>
#include <fcntl.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <set>

#include "apache/supervisor.hpp"
#include "support/unix_message.hpp"
#include "wire/handover.hpp"

namespace tws::apache {

namespace {

constexpr int kSendTimeoutMs = 500;

// Closes every descriptor but those in `kept`, and puts /dev/null on 0 to 2.
void close_others(const std::set<int>& kept) {
  unsigned first = 0;
  for (const int fd : kept) {
    if (static_cast<unsigned>(fd) > first) {
      close_range(first, static_cast<unsigned>(fd) - 1, 0);
    }
    first = static_cast<unsigned>(fd) + 1;
  }
  close_range(first, ~0U, 0);
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
Fd introduce(int handover) {
  std::array<int, 2> pair{-1, -1};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair.data()) != 0) {
    return {};
  }
  Fd ours(pair[0]);
  const Fd theirs(pair[1]);
  Handover message;
  message.kind = HandoverKind::kRelay;
  message.relay = getpid();
  const auto encoded = encode_handover(message);
  if (!encoded || !send_message(handover, *encoded, theirs.get(), kSendTimeoutMs)) {
    return {};
  }
  return ours;
}

// Nothing of httpd is used here, not even its log: the log's descriptor may be a client's socket by now.
[[noreturn]] void run_relay_process(TlsRelayLoop& loop, int handover) {
  setsid();
  prctl(PR_SET_DUMPABLE, 0);
  reset_signals();
  const Fd counter = introduce(handover);
  std::set<int> kept = loop.descriptors();
  if (counter) {
    kept.insert(counter.get());
  }
  close_others(kept);
  prctl(PR_SET_NAME, "tws-relay");
  loop.move_to_this_process();
  malloc_trim(0);
  loop.run(true, [&counter](std::size_t count) {
    const auto connections = static_cast<std::uint32_t>(count);
    [[maybe_unused]] const auto sent = send(counter.get(), &connections, sizeof connections, MSG_NOSIGNAL);
  });
  _exit(0);
}

}  // namespace

// Prefork always says "not graceful" and runs the cleanups inside the signal handler: there the signal
// that is being handled is blocked, and tells a stop from a graceful end.
bool ChildRelay::is_hard_stop() const {
  int threaded = 0;
  ap_mpm_query(AP_MPMQ_IS_THREADED, &threaded);
  if (threaded != AP_MPMQ_NOT_SUPPORTED) {
    return !leaves_gracefully_;
  }
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  return sigismember(&blocked, SIGTERM) == 1 || sigismember(&blocked, SIGHUP) == 1;
}

ChildRelay::~ChildRelay() {
  auto loop = relay_.stop_thread();
  if (!loop) {
    return;
  }
  if (is_hard_stop()) {
    // The kernel closes all; freeing here could wait for a lock, in prefork's signal handler.
    [[maybe_unused]] const auto* left = loop.release();
    return;
  }
  const int handover = handover_socket(*state_of(server_).supervisor);
  switch (fork()) {
    case 0:
      run_relay_process(*loop, handover);
    case -1:
      // Then this child stays for them, though its slot is missed.
      loop->move_to_this_process();
      loop->run(true);
      break;
    default:
      // Not freed here: both processes have the connections now, and this one may say nothing on them.
      [[maybe_unused]] const auto* left = loop.release();
      break;
  }
}

}  // namespace tws::apache
