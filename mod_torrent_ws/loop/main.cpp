// The torrent-ws process. httpd's parent starts it (apache/supervisor.cpp) with two sockets: control on
// descriptor 3, handover on 4. The main thread takes configuration and signals and keeps the workers
// running; the event-loop thread does all the rest.
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <memory>

#include "loop/event_loop.hpp"
#include "loop/worker_processes.hpp"
#include "support/unix_message.hpp"

namespace tws {

namespace {

constexpr int kControl = 3;
constexpr int kHandover = 4;
constexpr int kFirstConfigurationTimeoutMs = 10'000;

using Clock = std::chrono::steady_clock;
constexpr auto kNoLeaseEnd = Clock::time_point::max();
// How long httpd may take to read its next configuration.
constexpr auto kLease = std::chrono::seconds(10);

// As many descriptors as the system lets it have: each connection is one. Above ten million lws would
// take the limit for a mistake.
constexpr rlim_t kMostDescriptors = 1'000'000;

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = std::min(limit.rlim_max, kMostDescriptors);
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

// The next message, or an error when there is nobody any more to send one.
Result<ReceivedMessage> receive_control(const Fd& control) {
  ReceivedMessage message;
  if (receive_message(control.get(), kMaxControlMessage, message) != ReceiveOutcome::kMessage) {
    return Error{"httpd's parent process is gone", {}};
  }
  return message;
}

// A new ErrorLog comes with each configuration, since logs are rotated.
Result<Configuration> take_configuration(const ReceivedMessage& message, Log& log) {
  if (message.fd) {
    dup2(message.fd.get(), STDERR_FILENO);
    dup2(message.fd.get(), STDOUT_FILENO);
  }
  auto configuration = decode_configuration(message.bytes);
  if (configuration) {
    log.set_level(configuration->log_level);
  }
  return configuration;
}

sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGUSR1, SIGWINCH}) {
    sigaddset(&signals, number);
  }
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

class Main {
 public:
  int run();

 private:
  bool start();
  // False when it is time to leave.
  bool on_signal();
  bool on_control();
  // Until the workers or the lease want attention; negative for never.
  [[nodiscard]] int poll_timeout(std::chrono::milliseconds workers) const;

  Log log_;
  Fd control_{kControl};
  Fd wake_up_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  Fd signals_;
  // When to leave unless a configuration has come.
  Clock::time_point lease_end_ = kNoLeaseEnd;
  std::unique_ptr<WorkerProcesses> workers_;
  std::unique_ptr<EventLoop> loop_;
};

bool Main::start() {
  pollfd first{control_.get(), POLLIN, 0};
  poll(&first, 1, kFirstConfigurationTimeoutMs);
  const auto message = receive_control(control_);
  auto configuration = message ? take_configuration(*message, log_) : Result<Configuration>(message.error());
  if (!configuration) {
    log_.write(LogLevel::kError, "TWS0104", "no configuration: " + configuration.error().message);
    return false;
  }
  workers_ = std::make_unique<WorkerProcesses>(
      log_, [this](std::string name, pid_t pid, Fd socket, std::string worker_configuration) {
        loop_->attach_worker(std::move(name), pid, std::move(socket), std::move(worker_configuration));
      });
  workers_->configure(*configuration);
  loop_ = std::make_unique<EventLoop>(log_, std::move(*configuration), Fd(kHandover), [this](pid_t pid) {
    workers_->replace(pid);
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(wake_up_.get(), &one, sizeof one);
  });
  if (!loop_->start()) {
    log_.write(LogLevel::kError, "TWS0105",
               "libwebsockets does not start: is its libev plugin (libwebsockets-evlib-ev) installed?");
    return false;
  }
  return true;
}

int Main::run() {
  prctl(PR_SET_DUMPABLE, 0);
  for (const int fd : {kControl, kHandover}) {
    fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
  raise_descriptor_limit();
  const sigset_t signals = block_signals();
  signals_.reset(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!start()) {
    return EXIT_FAILURE;
  }
  log_.write(LogLevel::kInfo, "TWS0101", "the event loop runs");
  for (bool running = true; running;) {
    const auto next = workers_->supervise();
    std::array<pollfd, 3> ready = {
        {{control_.get(), POLLIN, 0}, {signals_.get(), POLLIN, 0}, {wake_up_.get(), POLLIN, 0}}};
    poll(ready.data(), ready.size(), poll_timeout(next));
    std::uint64_t count = 0;
    [[maybe_unused]] const auto size = read(wake_up_.get(), &count, sizeof count);
    running = on_signal() && (ready[0].revents == 0 || on_control());
    if (Clock::now() >= lease_end_) {
      log_.write(LogLevel::kNotice, "TWS0106", "httpd runs without this version of the module now: leaving");
      running = false;
    }
  }
  // First the clients, who are told, then the workers that still may answer them.
  loop_->stop();
  workers_.reset();
  return EXIT_SUCCESS;
}

bool Main::on_signal() {
  signalfd_siginfo signal{};
  bool stay = true;
  while (read(signals_.get(), &signal, sizeof signal) == sizeof signal) {
    stay = stay && signal.ssi_signo != SIGTERM && signal.ssi_signo != SIGINT;
  }
  return stay;
}

bool Main::on_control() {
  const auto message = receive_control(control_);
  if (!message) {
    return false;
  }
  if (message->bytes == kGenerationEnds) {
    lease_end_ = Clock::now() + kLease;
    return true;
  }
  auto configuration = take_configuration(*message, log_);
  if (!configuration) {
    log_.write(LogLevel::kError, "TWS0104", "no configuration: " + configuration.error().message);
    return false;
  }
  lease_end_ = kNoLeaseEnd;
  loop_->reconfigure(std::move(*configuration));
  return true;
}

int Main::poll_timeout(std::chrono::milliseconds workers) const {
  if (lease_end_ == kNoLeaseEnd) {
    return static_cast<int>(workers.count());
  }
  const auto lease =
      std::chrono::ceil<std::chrono::milliseconds>(std::max(lease_end_ - Clock::now(), Clock::duration()));
  return static_cast<int>((workers.count() < 0 ? lease : std::min(workers, lease)).count());
}

}  // namespace

}  // namespace tws

int main() {
  tws::Main main;
  return main.run();
}
