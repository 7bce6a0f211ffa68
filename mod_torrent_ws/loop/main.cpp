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
#include <climits>
#include <csignal>
#include <ctime>
#include <exception>
#include <memory>
#include <optional>

#include "jobs/worker_output.hpp"
#include "jobs/worker_processes.hpp"
#include "loop/event_loop.hpp"
#include "loop/pulse.hpp"
#include "support/first_line.hpp"
#include "support/unix_message.hpp"
#include "wire/curve_keys.hpp"

namespace tws {

namespace {

constexpr int kControl = 3;
constexpr int kHandover = 4;
constexpr int kFirstConfigurationTimeoutMs = 10'000;

using Clock = std::chrono::steady_clock;
constexpr auto kNoLeaseEnd = Clock::time_point::max();
// How long httpd may take to read its next configuration.
constexpr auto kLease = std::chrono::seconds(10);
// Over which its clients are sent to the torrent-ws process that follows.
constexpr auto kDrain = std::chrono::seconds(10);
constexpr int kMissedHeartbeats = std::chrono::seconds(15) / Pulse::kPeriod;

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

sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGUSR1, SIGWINCH, SIGCONT}) {
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
  void on_signals();
  void on_control();
  void on_control_message(ReceivedMessage& message);
  // What comes with a configuration, beside what is read at once.
  struct Descriptors {
    Fd access_log;
    Fd admin_socket;
    Fd publish_socket;
  };
  Result<Configuration> take_configuration(ReceivedMessage& message, Descriptors& descriptors);
  void listen(Descriptors& descriptors, const Configuration& configuration);
  void leave(CloseCode code, std::chrono::milliseconds drain);
  void check_event_loop();
  // Until the workers or the lease want attention; negative for never.
  [[nodiscard]] int poll_timeout(std::chrono::milliseconds workers) const;

  Log log_;
  Fd control_{kControl};
  Fd wake_up_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  Fd signals_;
  WorkerOutput worker_output_;
  std::optional<Pulse> pulse_;
  // When to leave unless a configuration has come.
  Clock::time_point lease_end_ = kNoLeaseEnd;
  std::uint64_t last_heartbeat_ = 0;
  int missed_heartbeats_ = 0;
  std::optional<CloseCode> leave_code_;
  std::unique_ptr<WorkerProcesses> workers_;
  std::unique_ptr<EventLoop> loop_;
};

bool Main::start() {
  pollfd first{control_.get(), POLLIN, 0};
  poll(&first, 1, kFirstConfigurationTimeoutMs);
  ReceivedMessage message;
  Descriptors descriptors;
  receive_message(control_.get(), kMaxControlMessage, message);
  auto configuration = take_configuration(message, descriptors);
  if (!configuration) {
    log_.write(LogLevel::kError, "TWS0104", "no configuration: " + configuration.error().message);
    return false;
  }
  const auto wake_up = [this] {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(wake_up_.get(), &one, sizeof one);
  };
  workers_ = std::make_unique<WorkerProcesses>(
      log_, worker_output_.write_end(), [this](StartedWorker worker) { loop_->attach_worker(std::move(worker)); },
      [this](pid_t pid, std::size_t resident) { loop_->recycle_worker(pid, resident); });
  workers_->configure(*configuration);
  loop_ = std::make_unique<EventLoop>(log_, *configuration, Fd(kHandover), std::move(descriptors.access_log),
                                      WorkerRequests{.replace =
                                                         [this, wake_up](pid_t pid) {
                                                           workers_->replace(pid);
                                                           wake_up();
                                                         },
                                                     .add =
                                                         [this, wake_up] {
                                                           workers_->add();
                                                           wake_up();
                                                         },
                                                     .dismiss =
                                                         [this, wake_up](pid_t pid) {
                                                           workers_->dismiss(pid);
                                                           wake_up();
                                                         }},
                                      wake_up);
  listen(descriptors, *configuration);
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
  pulse_.emplace();
  if (!pulse_->beats()) {
    log_.write(LogLevel::kWarning, "TWS0109", "no timer: a torrent-ws that is stopped will not go on by itself");
  }
  log_.write(LogLevel::kInfo, "TWS0101", "the event loop runs");
  while (!loop_->has_left()) {
    const auto next = workers_->supervise();
    std::array<pollfd, 4> ready = {{{control_.get(), POLLIN, 0},
                                    {signals_.get(), POLLIN, 0},
                                    {wake_up_.get(), POLLIN, 0},
                                    {worker_output_.read_end(), POLLIN, 0}}};
    poll(ready.data(), ready.size(), poll_timeout(next));
    std::uint64_t count = 0;
    [[maybe_unused]] const auto size = read(wake_up_.get(), &count, sizeof count);
    worker_output_.copy_to_log();
    on_control();
    on_signals();
    if (Clock::now() >= lease_end_) {
      log_.write(LogLevel::kNotice, "TWS0106", "httpd runs without this version of the module now: leaving");
      lease_end_ = kNoLeaseEnd;
      // So that httpd, should it have this version again, starts another process.
      control_.reset();
      leave(CloseCode::kServiceRestart, kDrain);
    }
  }
  // The workers last, as they may still answer clients that are leaving.
  loop_.reset();
  workers_.reset();
  worker_output_.copy_to_log();
  return EXIT_SUCCESS;
}

void Main::on_signals() {
  signalfd_siginfo signal{};
  while (read(signals_.get(), &signal, sizeof signal) == sizeof signal) {
    if (signal.ssi_signo == SIGTERM || signal.ssi_signo == SIGINT) {
      // httpd may just have said why.
      on_control();
      leave(CloseCode::kGoingAway, {});
    } else if (signal.ssi_signo == SIGCONT && signal.ssi_code == SI_TIMER) {
      pulse_->on_beat();
      check_event_loop();
    }
  }
}

void Main::on_control() {
  ReceivedMessage message;
  while (control_) {
    switch (receive_message(control_.get(), kMaxControlMessage, message)) {
      case ReceiveOutcome::kMessage:
        if (message.sender == getppid()) {
          on_control_message(message);
        }
        break;
      case ReceiveOutcome::kNothingYet:
        return;
      case ReceiveOutcome::kClosed:
        // httpd's parent process is gone.
        control_.reset();
        leave(CloseCode::kGoingAway, {});
        break;
    }
  }
}

void Main::on_control_message(ReceivedMessage& message) {
  if (message.bytes == kGenerationEnds) {
    lease_end_ = Clock::now() + kLease;
    return;
  }
  if (message.bytes == kServerStops || message.bytes == kServerRestarts) {
    leave(message.bytes == kServerStops ? CloseCode::kGoingAway : CloseCode::kServiceRestart, {});
    return;
  }
  Descriptors descriptors;
  auto configuration = take_configuration(message, descriptors);
  if (!configuration) {
    log_.write(LogLevel::kError, "TWS0104", "no configuration: " + configuration.error().message);
    leave(CloseCode::kServiceRestart, {});
    return;
  }
  lease_end_ = kNoLeaseEnd;
  listen(descriptors, *configuration);
  loop_->reconfigure(std::move(*configuration), std::move(descriptors.access_log));
}

void Main::listen(Descriptors& descriptors, const Configuration& configuration) {
  loop_->serve_admins(std::move(descriptors.admin_socket), static_cast<uid_t>(configuration.admin_user));
  loop_->serve_publishers(std::move(descriptors.publish_socket));
}

// The first reason to leave is the one that clients are told.
void Main::leave(CloseCode code, std::chrono::milliseconds drain) {
  leave_code_ = leave_code_.value_or(code);
  loop_->leave(*leave_code_, drain);
}

// The logs are opened anew for each configuration, since they are rotated.
Result<Configuration> Main::take_configuration(ReceivedMessage& message, Descriptors& descriptors) {
  auto configuration = decode_configuration(message.bytes);
  if (!configuration) {
    return configuration;
  }
  auto next = message.descriptors.begin();
  const auto take = [&message, &next] { return next == message.descriptors.end() ? Fd() : std::move(*next++); };
  const Fd error_log = take();
  dup2(error_log.get(), STDERR_FILENO);
  dup2(error_log.get(), STDOUT_FILENO);
  if (configuration->has_access_log) {
    descriptors.access_log = take();
  }
  if (configuration->has_admin_socket) {
    descriptors.admin_socket = take();
  }
  if (configuration->has_publish_socket) {
    descriptors.publish_socket = take();
  }
  for (auto& daemon : configuration->daemons) {
    if (daemon.has_credentials) {
      daemon.credentials = read_credentials(take().get());
    }
  }
  for (auto& key : configuration->publish_keys) {
    key.secret = FirstLine(take().get()).text();
  }
  if (configuration->zmq.has_curve) {
    configuration->zmq.server_secret = FirstLine(take().get()).text();
    auto keys = read_curve_keys(take().get());
    if (!keys) {
      log_.write(LogLevel::kError, "TWS0506", "TorrentWsZmqCurve: its second file: " + keys.error().message);
    }
    configuration->zmq.client_keys = keys ? std::move(*keys) : std::vector<std::string>();
  }
  log_.set_level(configuration->log_level);
  return configuration;
}

// A thread that hangs serves nobody, and cannot be ended alone. Counted in pulses and not in time, which
// may jump while the whole machine sleeps.
void Main::check_event_loop() {
  const std::uint64_t heartbeat = loop_->heartbeat();
  missed_heartbeats_ = heartbeat == last_heartbeat_ ? missed_heartbeats_ + 1 : 0;
  last_heartbeat_ = heartbeat;
  if (missed_heartbeats_ > kMissedHeartbeats) {
    log_.write(LogLevel::kError, "TWS0107", "the event loop hangs: torrent-ws ends and is started again");
    _exit(EXIT_FAILURE);
  }
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
  try {
    tws::Main main;
    return main.run();
  } catch (const std::exception& error) {
    tws::Log().write(tws::LogLevel::kError, "TWS0108", error.what());
    return EXIT_FAILURE;
  }
}
