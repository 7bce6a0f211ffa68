#include "jobs/worker_processes.hpp"

#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <iterator>
#include <utility>

#include "support/json.hpp"

namespace tws {

namespace {

constexpr auto kQuickEnd = std::chrono::seconds(2);
constexpr auto kFirstBackOff = std::chrono::milliseconds(100);
constexpr auto kLastBackOff = std::chrono::milliseconds(10'000);
constexpr auto kNever = std::chrono::milliseconds(-1);

std::string pool_configuration(const Configuration& configuration) {
  const Json body(json_pack("{ss}", "database", configuration.database.c_str()));
  return to_text(body.get());
}

std::string daemon_configuration(const Configuration& configuration, const DaemonConfiguration& daemon) {
  Json roots(json_array());
  for (const auto& root : daemon.download_roots) {
    json_array_append_new(roots.get(), json_stringn(root.data(), root.size()));
  }
  // With several daemons a torrent's key says whose it is.
  const std::string prefix = configuration.daemons.size() > 1 ? daemon.name + "." : std::string();
  const Json settings(json_pack("{ss ss sI sI sO ss}", "name", daemon.name.c_str(), "url", daemon.url.c_str(),
                                "timeout_ms", static_cast<json_int_t>(daemon.timeout_ms), "poll_interval_ms",
                                static_cast<json_int_t>(configuration.poll_interval_ms), "download_roots", roots.get(),
                                "key_prefix", prefix.c_str()));
  if (daemon.has_credentials) {
    json_object_set_new(settings.get(), "username", json_string(daemon.credentials.user.c_str()));
    json_object_set_new(settings.get(), "password", json_string(daemon.credentials.password.c_str()));
  }
  const Json body(json_pack("{sO}", "daemon", settings.get()));
  return to_text(body.get());
}

std::string handler_configuration(const HandlerConfiguration& handler) {
  const Json patterns(json_array());
  for (const UriPattern& pattern : handler.patterns) {
    json_array_append_new(patterns.get(),
                          json_pack("{ss ss}", "uri", pattern.uri.c_str(), "match", name_of(pattern.match)));
  }
  const Json body(json_pack("{s{ss sO}}", "handler", "name", handler.name.c_str(), "patterns", patterns.get()));
  return to_text(body.get());
}

}  // namespace

WorkerProcesses::WorkerProcesses(const Log& log, int output, OnStarted on_started)
    : log_(log), output_(output), on_started_(std::move(on_started)) {}

WorkerProcesses::~WorkerProcesses() {
  for (const Slot& slot : slots_) {
    if (slot.pid > 0) {
      kill(slot.pid, SIGKILL);
      waitpid(slot.pid, nullptr, 0);
    }
  }
}

void WorkerProcesses::configure(const Configuration& configuration) {
  const auto add = [this](WorkerRole role, std::vector<std::string> command) {
    slots_.push_back(Slot{std::move(role), std::move(command), 0, 0, {}, {}, {}});
  };
  // The last argument is for people who look at the list of processes.
  const std::string program = configuration.programs + "/torrent-ws-worker";
  for (int i = 0; i < configuration.workers && !configuration.database.empty(); ++i) {
    add({"pool", "", pool_configuration(configuration)}, {program, "pool"});
  }
  for (const auto& daemon : configuration.daemons) {
    add({"daemon", daemon.name, daemon_configuration(configuration, daemon)}, {program, "daemon " + daemon.name});
  }
  for (const auto& handler : configuration.handlers) {
    for (int i = 0; i < handler.workers && !handler.command.empty(); ++i) {
      add({"handler", handler.name, handler_configuration(handler)}, handler.command);
    }
  }
}

std::chrono::milliseconds WorkerProcesses::supervise() {
  kill_replaced();
  auto next = Clock::time_point::max();
  for (Slot& slot : slots_) {
    reap(slot);
    if (slot.pid == 0 && slot.next_start <= Clock::now()) {
      start(slot);
    }
    if (slot.pid == 0) {
      next = std::min(next, slot.next_start);
    }
  }
  if (next == Clock::time_point::max()) {
    return kNever;
  }
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(next - Clock::now());
  return std::max(wait, std::chrono::milliseconds(0)) + std::chrono::milliseconds(1);
}

void WorkerProcesses::replace(pid_t pid) {
  const std::lock_guard lock(mutex_);
  to_replace_.push_back(pid);
}

// A pid is killed only while it is a child of ours that was not reaped: it cannot be anybody else's.
void WorkerProcesses::kill_replaced() {
  std::vector<pid_t> pids;
  {
    const std::lock_guard lock(mutex_);
    pids.swap(to_replace_);
  }
  for (const Slot& slot : slots_) {
    if (slot.pid > 0 && std::find(pids.begin(), pids.end(), slot.pid) != pids.end()) {
      log_.write(LogLevel::kWarning, "TWS0103",
                 "worker " + std::to_string(slot.pid) + " does not answer and is killed");
      kill(slot.pid, SIGKILL);
    }
  }
}

void WorkerProcesses::reap(Slot& slot) {
  if (slot.pid == 0 || waitpid(slot.pid, nullptr, WNOHANG) <= 0) {
    return;
  }
  slot.pid = 0;
  const bool quick = Clock::now() - slot.started < kQuickEnd;
  slot.back_off = quick ? std::clamp(slot.back_off * 2, kFirstBackOff, kLastBackOff) : std::chrono::milliseconds(0);
  slot.next_start = Clock::now() + slot.back_off;
}

void WorkerProcesses::start(Slot& slot) {
  std::array<int, 2> pair{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    slot.next_start = Clock::now() + kFirstBackOff;
    return;
  }
  Fd ours(pair[0]);
  const Fd theirs(pair[1]);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, theirs.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output_, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output_, STDERR_FILENO);
  // This process takes its signals by signalfd, so they are blocked in it; the worker wants its own.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  std::vector<char*> arguments;
  std::transform(slot.command.begin(), slot.command.end(), std::back_inserter(arguments),
                 [](std::string& argument) { return argument.data(); });
  arguments.push_back(nullptr);
  const int error = posix_spawn(&slot.pid, arguments.front(), &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);

  slot.started = Clock::now();
  if (error != 0) {
    slot.pid = 0;
    slot.next_start = slot.started + kLastBackOff;
    log_.write(LogLevel::kError, "TWS0102",
               "cannot start " + slot.command.front() + " (error " + std::to_string(error) + "): see " +
                   (slot.role.role == "handler" ? "TorrentWsHandler " + slot.role.name : "TorrentWsPrograms"));
    return;
  }
  on_started_({slot.role, slot.pid, std::exchange(slot.last_pid, slot.pid), std::move(ours)});
}

}  // namespace tws
