#include "jobs/worker_processes.hpp"

#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>
#include <iterator>
#include <utility>

#include "support/json.hpp"

namespace tws {

namespace {

constexpr auto kQuickEnd = std::chrono::seconds(2);
constexpr auto kFirstBackOff = std::chrono::milliseconds(100);
constexpr auto kLastBackOff = std::chrono::milliseconds(10'000);
constexpr auto kNever = std::chrono::milliseconds(-1);
// So long a worker that was told to leave may take for it.
constexpr auto kFarewell = std::chrono::seconds(10);
constexpr auto kMemoryCheck = std::chrono::seconds(5);
// A daemon's worker holds its list, which is as large as the daemon makes it.
constexpr std::size_t kDaemonShare = 4;
// Of a worker that runs away before its memory is looked at: then it gets no more, and ends.
constexpr std::size_t kRunawayShare = 2;
constexpr std::size_t kRunawaySlack = 256UL << 20;
constexpr rlim_t kDescriptors = 256;

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
  if (!configuration.database.empty()) {
    json_object_set_new(body.get(), "database", json_string(configuration.database.c_str()));
  }
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

void limit(pid_t pid, __rlimit_resource resource, rlim_t value) {
  const rlimit both{value, value};
  prlimit(pid, resource, &both, nullptr);  // one that has ended already has none
}

// RLIMIT_DATA counts what is really to be had, where RLIMIT_AS would also count what libraries only reserve.
void limit_worker(pid_t pid, const std::string& role, std::size_t max_memory) {
  limit(pid, RLIMIT_CORE, 0);
  if (role == "handler") {
    return;  // the site's own program
  }
  limit(pid, RLIMIT_NOFILE, kDescriptors);
  if (max_memory > 0) {
    limit(pid, RLIMIT_DATA, kRunawayShare * max_memory + kRunawaySlack);
  }
}

// Bytes; 0 when it has ended.
std::size_t resident_memory(pid_t pid) {
  std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  statm >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

WorkerProcesses::WorkerProcesses(const Log& log, int output, OnStarted on_started, OnTooLarge on_too_large)
    : log_(log), output_(output), on_started_(std::move(on_started)), on_too_large_(std::move(on_too_large)) {}

WorkerProcesses::~WorkerProcesses() {
  for (const Slot& slot : slots_) {
    if (slot.pid > 0) {
      kill(slot.pid, SIGKILL);
      waitpid(slot.pid, nullptr, 0);
    }
  }
}

void WorkerProcesses::configure(const Configuration& configuration) {
  const auto add = [this](WorkerRole role, std::vector<std::string> command, std::size_t max_memory) {
    slots_.push_back(Slot{.role = std::move(role), .command = std::move(command), .max_memory = max_memory});
  };
  // The last argument is for people who look at the list of processes.
  const std::string program = configuration.programs + "/torrent-ws-worker";
  of_pool_ = {.role = {"pool", "", pool_configuration(configuration)},
              .command = {program, "pool"},
              .max_memory = configuration.worker_max_memory};
  slots_.assign(configuration.database.empty() ? 0 : static_cast<std::size_t>(configuration.workers), of_pool_);
  for (const auto& daemon : configuration.daemons) {
    add({"daemon", daemon.name, daemon_configuration(configuration, daemon)}, {program, "daemon " + daemon.name},
        kDaemonShare * configuration.worker_max_memory);
  }
  for (const auto& handler : configuration.handlers) {
    for (int i = 0; i < handler.workers && !handler.command.empty(); ++i) {
      add({"handler", handler.name, handler_configuration(handler)}, handler.command, 0);
    }
  }
}

std::chrono::milliseconds WorkerProcesses::supervise() {
  add_asked_for();
  take_requests();
  check_memory(Clock::now());
  auto next = Clock::time_point::max();
  for (Slot& slot : slots_) {
    reap(slot);
    kill_hanging(slot);
    if (slot.pid == 0 && !slot.is_over && slot.next_start <= Clock::now()) {
      start(slot);
    }
    next = std::min(next, slot.pid == 0 ? slot.next_start : slot.killed_at);
  }
  std::erase_if(slots_, [](const Slot& slot) { return slot.is_over && slot.pid == 0; });
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

void WorkerProcesses::add() {
  const std::lock_guard lock(mutex_);
  ++to_add_;
}

void WorkerProcesses::dismiss(pid_t pid) {
  const std::lock_guard lock(mutex_);
  to_dismiss_.push_back(pid);
}

void WorkerProcesses::add_asked_for() {
  const std::lock_guard lock(mutex_);
  slots_.insert(slots_.end(), std::exchange(to_add_, 0), of_pool_);
}

// A pid means one of ours only while it is a child that was not reaped: later it may be anybody's.
void WorkerProcesses::take_requests() {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  for (Slot& slot : slots_) {
    const auto is_meant = [&slot](const std::vector<pid_t>& pids) {
      return slot.pid > 0 && std::find(pids.begin(), pids.end(), slot.pid) != pids.end();
    };
    if (is_meant(to_dismiss_)) {
      slot.killed_at = now + kFarewell;
      slot.is_over = slot.role.role == "pool";
    }
    if (is_meant(to_replace_)) {
      slot.killed_at = now;
    }
  }
  to_replace_.clear();
  to_dismiss_.clear();
}

void WorkerProcesses::kill_hanging(Slot& slot) {
  if (slot.pid > 0 && slot.killed_at <= Clock::now()) {
    log_.write(LogLevel::kWarning, "TWS0103", "worker " + std::to_string(slot.pid) + " does not answer and is killed");
    kill(slot.pid, SIGKILL);
    slot.killed_at = Clock::time_point::max();
  }
}

void WorkerProcesses::check_memory(Clock::time_point now) {
  if (now < next_memory_check_) {
    return;
  }
  next_memory_check_ = now + kMemoryCheck;
  for (const Slot& slot : slots_) {
    if (slot.pid > 0 && slot.max_memory > 0) {
      const std::size_t resident = resident_memory(slot.pid);
      on_too_large_(slot.pid, resident > slot.max_memory ? resident : 0);
    }
  }
}

void WorkerProcesses::reap(Slot& slot) {
  if (slot.pid == 0 || waitpid(slot.pid, nullptr, WNOHANG) <= 0) {
    return;
  }
  take_requests();  // it may have left because it was dismissed since
  slot.pid = 0;
  slot.killed_at = Clock::time_point::max();
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
  limit_worker(slot.pid, slot.role.role, slot.max_memory);
  on_started_({slot.role, slot.pid, std::exchange(slot.last_pid, slot.pid), std::move(ours)});
}

}  // namespace tws
