#include "apache/supervisor.hpp"

#include <ap_mpm.h>
#include <fcntl.h>
#include <http_core.h>
#include <mod_unixd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <unixd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <new>
#include <system_error>
#include <utility>
#include <vector>

#include "apache/listening_socket.hpp"
#include "support/fd.hpp"
#include "support/unix_message.hpp"
#include "wire/version.hpp"

namespace tws::apache {

// What all children see.
struct SharedWithChildren {
  std::atomic<int> up;
  std::atomic<int> blocking_relays_told;
};

// Plain data: it outlives the DSO, which httpd unloads and loads again at each restart.
struct SupervisorState {
  pid_t pid;
  int control;           // to the running torrent-ws process; it leaves when this closes
  int handover_send;     // children send here
  int handover_receive;  // kept for the next process, so that what waits in the socket is not lost
  apr_time_t started;
  int quick_deaths;
  SharedWithChildren* shared;
  ListeningSocket admin_socket;
  ListeningSocket publish_socket;
};

namespace {

// Another version starts a torrent-ws process of its own; the old one leaves, as no configuration follows.
constexpr const char* kRetainedKey = "torrent_ws/" APR_STRINGIFY(TWS_WIRE_VERSION);

constexpr int kControlDescriptor = 3;
constexpr int kHandoverDescriptor = 4;
constexpr int kMaxQuickDeaths = 4;
constexpr apr_time_t kQuickDeath = apr_time_from_sec(10);
constexpr apr_time_t kStopTimeout = apr_time_from_sec(5);
constexpr int kSendTimeoutMs = 500;
constexpr int kHandoverBuffer = 1 << 20;

Error system_error(const char* what) {
  return Error{std::string(what) + ": " + std::generic_category().message(errno), {}};
}

// The receiver sees who sent: a process that another module forked may have our end as well.
void show_senders(int socket) {
  const int on = 1;
  setsockopt(socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
}

// What the handler of fork() closes; null while torrent-ws itself is forked. One for each load of the DSO.
SupervisorState* closed_in_forks = nullptr;

// Other modules fork processes without exec (mod_cgid, mod_wsgi), as the MPM does its children. None of them
// may read what is meant for torrent-ws, nor keep its control socket open.
void close_in_fork() {
  if (closed_in_forks == nullptr) {
    return;
  }
  for (int* descriptor : {&closed_in_forks->control, &closed_in_forks->handover_receive}) {
    if (*descriptor >= 0) {
      close(*descriptor);
      *descriptor = -1;
    }
  }
  close_listening_socket(closed_in_forks->admin_socket);
  close_listening_socket(closed_in_forks->publish_socket);
}

// Kept only when it is whole: a later generation relies on all of it.
Result<SupervisorState*> create_state() {
  std::array<int, 2> pair{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    return system_error("socketpair");
  }
  Fd send_end(pair[0]);
  Fd receive_end(pair[1]);
  setsockopt(send_end.get(), SOL_SOCKET, SO_SNDBUF, &kHandoverBuffer, sizeof kHandoverBuffer);
  show_senders(receive_end.get());
  void* shared = mmap(nullptr, sizeof(SharedWithChildren), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) {
    return system_error("mmap");
  }
  auto* state = static_cast<SupervisorState*>(ap_retained_data_create(kRetainedKey, sizeof(SupervisorState)));
  *state = {0, -1, send_end.release(), receive_end.release(), 0, 0, new (shared) SharedWithChildren{}, {}, {}};
  return state;
}

// In the forked child: becomes the torrent-ws program, with the rights of httpd's children and no
// descriptor but the two sockets and the ErrorLog.
[[noreturn]] void become_torrent_ws(const Configuration& configuration, int control, int handover) {
  // Away from httpd's process group, which prefork kills at a stop: torrent-ws says good-bye first.
  setsid();
  // Both are moved out of the way first: either may be where the other has to go.
  const int control_copy = fcntl(control, F_DUPFD, 10);
  const int handover_copy = fcntl(handover, F_DUPFD, 10);
  dup2(control_copy, kControlDescriptor);
  dup2(handover_copy, kHandoverDescriptor);
  closefrom(kHandoverDescriptor + 1);
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, nullptr);
  for (int number = 1; number < NSIG; ++number) {
    signal(number, SIG_DFL);
  }
  // Never APEXIT_CHILDFATAL: the MPM would end the site for it.
  if (ap_unixd_setup_child() != 0) {
    _exit(EXIT_FAILURE);
  }
  const std::string program = configuration.programs + "/torrent-ws";
  execl(program.c_str(), "torrent-ws", nullptr);
  _exit(EXIT_FAILURE);
}

// An open file of its own for torrent-ws: writes to it do not wait for the reader of a piped log.
Fd reopen_log(int descriptor) {
  const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  Fd own(open(path.c_str(), O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC));
  return own ? std::move(own) : Fd(fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
}

// What is only known when httpd has read all of its configuration.
Configuration complete_configuration(const SupervisorState& state, server_rec* server) {
  const ServerState& generation = state_of(server);
  Configuration configuration = generation.configuration;
  configuration.log_level = ap_get_server_module_loglevel(server, APLOG_MODULE_INDEX);
  configuration.has_access_log = generation.access_log_descriptor >= 0;
  configuration.has_admin_socket = state.admin_socket.descriptor >= 0;
  configuration.has_publish_socket = state.publish_socket.descriptor >= 0;
  configuration.admin_user = getuid();
  const auto& users = generation.publish_access.users;
  configuration.publish_users.assign(users.begin(), users.end());
  if (users.empty()) {
    configuration.publish_users.push_back(ap_unixd_config.user_id);
  }
  return configuration;
}

// The files with secrets that a configuration names, in the order that torrent-ws takes them in.
std::vector<std::string> secret_files(const Configuration& configuration) {
  std::vector<std::string> paths;
  for (const auto& daemon : configuration.daemons) {
    if (!daemon.credentials_file.empty()) {
      paths.push_back(daemon.credentials_file);
    }
  }
  for (const auto& key : configuration.publish_keys) {
    paths.push_back(key.file);
  }
  if (!configuration.zmq.server_secret_file.empty()) {
    paths.push_back(configuration.zmq.server_secret_file);
    paths.push_back(configuration.zmq.client_keys_file);
  }
  return paths;
}

// Secrets go as open files, so that neither httpd's parent nor its children ever have them in memory.
Status send_configuration(const SupervisorState& state, server_rec* server) {
  const Configuration configuration = complete_configuration(state, server);
  const auto message = encode_configuration(configuration);
  if (!message) {
    return message.error();
  }
  std::vector<Fd> files;
  files.push_back(reopen_log(STDERR_FILENO));
  if (configuration.has_access_log) {
    files.push_back(reopen_log(state_of(server).access_log_descriptor));
  }
  for (const auto* socket : {&state.admin_socket, &state.publish_socket}) {
    if (socket->descriptor >= 0) {
      files.emplace_back(fcntl(socket->descriptor, F_DUPFD_CLOEXEC, 0));
    }
  }
  for (const auto& path : secret_files(configuration)) {
    files.emplace_back(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!files.back()) {
      return system_error(path.c_str());
    }
  }
  std::vector<int> descriptors(files.size());
  std::transform(files.begin(), files.end(), descriptors.begin(), [](const Fd& file) { return file.get(); });
  return send_message(state.control, *message, descriptors, kSendTimeoutMs);
}

void forget_process(SupervisorState& state) {
  state.shared->up.store(0);
  state.pid = 0;
  // Children of httpd may have copies, which a close alone would leave open.
  shutdown(state.control, SHUT_RDWR);
  close(state.control);
  state.control = -1;
}

// By the time that an MPM ends its children, only a hard restart has no other mark.
std::string_view stop_reason() {
  const auto* mpm = ap_unixd_mpm_get_retained_data();
  const bool restarts = mpm->shutdown_pending == 0 && mpm->is_ungraceful != 0;
  return restarts ? kServerRestarts : kServerStops;
}

// Ends torrent-ws with httpd and waits for it, so that a stop leaves nothing behind.
void end_process(SupervisorState& state, std::string_view reason) {
  const pid_t pid = state.pid;
  if (pid <= 0) {
    return;
  }
  static_cast<void>(send_message(state.control, reason, {}, kSendTimeoutMs));
  forget_process(state);
  if (waitpid(pid, nullptr, WNOHANG) != 0) {
    return;  // it has ended before
  }
  kill(pid, SIGTERM);
  const apr_time_t deadline = apr_time_now() + kStopTimeout;
  while (waitpid(pid, nullptr, WNOHANG) == 0) {
    if (apr_time_now() > deadline) {
      kill(pid, SIGKILL);
      waitpid(pid, nullptr, 0);
      break;
    }
    apr_sleep(apr_time_from_msec(10));
  }
}

void complain(server_rec* server, const Error& error) {
  ap_log_error(APLOG_MARK, APLOG_ERR, 0, server, "TWS0001: cannot start torrent-ws: %s", error.message.c_str());
}

// apr_proc_other_child_register's callback, in httpd's parent.
void on_process_event(int reason, void* data, int /*status*/) {
  auto* server = static_cast<server_rec*>(data);
  SupervisorState& state = *state_of(server).supervisor;
  switch (reason) {
    case APR_OC_REASON_DEATH:
    case APR_OC_REASON_LOST: {
      apr_proc_other_child_unregister(data);
      forget_process(state);
      int mpm_state = 0;
      if (ap_mpm_query(AP_MPMQ_MPM_STATE, &mpm_state) == APR_SUCCESS && mpm_state == AP_MPMQ_STOPPING) {
        break;
      }
      const bool quick = apr_time_now() - state.started < kQuickDeath;
      state.quick_deaths = quick ? state.quick_deaths + 1 : 0;
      if (state.quick_deaths > kMaxQuickDeaths) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, server,
                     "TWS0003: the torrent-ws process keeps ending; the next try is in some seconds, the reason is in "
                     "the lines above");
        break;
      }
      ap_log_error(APLOG_MARK, APLOG_WARNING, 0, server,
                   "TWS0002: the torrent-ws process ended unexpectedly and is started again; clients reconnect");
      supervise_again(server);
      break;
    }
    case APR_OC_REASON_RESTART:
      // Only on stop and on a hard restart: a graceful one keeps the process.
      apr_proc_other_child_unregister(data);
      end_process(state, stop_reason());
      break;
    default:
      break;
  }
}

void register_process(const SupervisorState& state, server_rec* server) {
  // httpd copies the apr_proc_t's pid into its own record but keeps the pointer, so it lives in pconf.
  auto* process = static_cast<apr_proc_t*>(apr_pcalloc(server->process->pconf, sizeof(apr_proc_t)));
  process->pid = state.pid;
  apr_proc_other_child_register(process, on_process_event, server, nullptr, server->process->pconf);
}

Status start_process(SupervisorState& state, server_rec* server) {
  std::array<int, 2> control{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control.data()) != 0) {
    return system_error("socketpair");
  }
  Fd ours(control[0]);
  const Fd theirs(control[1]);
  show_senders(theirs.get());
  state.started = apr_time_now();
  SupervisorState* const kept = std::exchange(closed_in_forks, nullptr);
  const pid_t pid = fork();
  if (pid != 0) {
    closed_in_forks = kept;
  }
  if (pid < 0) {
    return system_error("fork");
  }
  if (pid == 0) {
    become_torrent_ws(state_of(server).configuration, theirs.get(), state.handover_receive);
  }
  state.pid = pid;
  state.control = ours.release();
  register_process(state, server);
  state.shared->up.store(1);
  return send_configuration(state, server);
}

void start_or_complain(SupervisorState& state, server_rec* server) {
  if (const auto started = start_process(state, server); !started) {
    complain(server, started.error());
  }
}

// Runs when a generation's configuration goes: if httpd itself is leaving, so does torrent-ws (prefork's
// graceful-stop tells it in no other way), else torrent-ws waits for the next configuration.
apr_status_t on_generation_end(void* data) {
  auto& state = *static_cast<SupervisorState*>(data);
  if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_EXITING) {
    end_process(state, kServerStops);
    remove_listening_socket(state.admin_socket);
    remove_listening_socket(state.publish_socket);
  } else if (state.pid > 0) {
    static_cast<void>(send_message(state.control, kGenerationEnds, {}, kSendTimeoutMs));
  }
  close_listening_socket(state.admin_socket);
  close_listening_socket(state.publish_socket);
  return APR_SUCCESS;
}

// The site serves its clients without them as well.
void complain_of_socket(server_rec* server, const char* whom, const char* directive, const Error& error) {
  ap_log_error(APLOG_MARK, APLOG_WARNING, 0, server, "TWS0010: no socket for %s: %s; give %s another path, or off",
               whom, error.message.c_str(), directive);
}

void open_admin_socket(ListeningSocket& socket, server_rec* server, apr_pool_t* pool) {
  const auto path = admin_socket_path(server, pool);
  if (const Status opened = path ? open_listening_socket(socket, *path, {}) : path.error(); !opened) {
    complain_of_socket(server, "torrent-wsctl", "TorrentWsControlSocket", opened.error());
  }
}

void open_publish_socket(ListeningSocket& socket, server_rec* server, apr_pool_t* pool) {
  const auto& access = state_of(server).publish_access;
  const auto path = publish_socket_path(server, pool);
  const SocketAccess group{access.mode, access.group.value_or(ap_unixd_config.group_id)};
  if (const Status opened = path ? open_listening_socket(socket, *path, group) : path.error(); !opened) {
    complain_of_socket(server, "publishers", "TorrentWsPublishSocket", opened.error());
  }
}

}  // namespace

void guard_forks() {
  closed_in_forks = static_cast<SupervisorState*>(ap_retained_data_get(kRetainedKey));
  // Goes with the DSO, which httpd loads anew for each configuration.
  pthread_atfork(nullptr, nullptr, close_in_fork);
}

void supervise(server_rec* server, apr_pool_t* pconf) {
  auto* state = static_cast<SupervisorState*>(ap_retained_data_get(kRetainedKey));
  if (state == nullptr) {
    auto created = create_state();
    if (!created) {
      complain(server, created.error());
      return;
    }
    state = *created;
  }
  state_of(server).supervisor = state;
  closed_in_forks = state;
  state->shared->blocking_relays_told.store(0);
  apr_pool_cleanup_register(pconf, state, on_generation_end, apr_pool_cleanup_null);
  open_admin_socket(state->admin_socket, server, pconf);
  open_publish_socket(state->publish_socket, server, pconf);
  // The socket tells whether it still runs; its pid may be somebody else's by now.
  if (state->pid > 0 && send_configuration(*state, server)) {
    register_process(*state, server);
    return;
  }
  end_process(*state, kServerRestarts);
  state->quick_deaths = 0;
  start_or_complain(*state, server);
}

void supervise_again(server_rec* server) {
  SupervisorState* state = state_of(server).supervisor;
  if (state != nullptr && state->pid == 0 && ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_RUN_MPM) {
    start_or_complain(*state, server);
  }
}

bool is_up(const SupervisorState& state) { return state.shared->up.load(std::memory_order_relaxed) != 0; }

bool is_first_blocking_relay(const SupervisorState& state) {
  return state.shared->blocking_relays_told.exchange(1, std::memory_order_relaxed) == 0;
}

Status send_handover(const SupervisorState& state, std::string_view message, const std::vector<int>& descriptors) {
  return send_message(state.handover_send, message, descriptors, kSendTimeoutMs);
}

Status send_handover(const SupervisorState& state, const Handover& handover, const std::vector<int>& descriptors) {
  const auto message = encode_handover(handover);
  return message ? send_handover(state, *message, descriptors) : message.error();
}

int handover_socket(const SupervisorState& state) { return state.handover_send; }

}  // namespace tws::apache
