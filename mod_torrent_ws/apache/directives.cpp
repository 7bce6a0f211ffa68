#include "apache/directives.hpp"

#include <apr_strings.h>
#include <apr_uri.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "apache/directive_values.hpp"
#include "apache/handler_directive.hpp"
#include "apache/publish_directives.hpp"
#include "apache/wamp_directives.hpp"
#include "support/credentials.hpp"
#include "support/fd.hpp"

namespace tws::apache {

namespace {

const char* set_database(cmd_parms* cmd, void* /*directory*/, const char* argument) {
  Configuration* configuration = nullptr;
  const char* problem = server_wide(cmd, configuration);
  return problem != nullptr ? problem : absolute_path(cmd, argument, configuration->database);
}

const char* set_programs(cmd_parms* cmd, void* /*directory*/, const char* argument) {
  Configuration* configuration = nullptr;
  const char* problem = server_wide(cmd, configuration);
  return problem != nullptr ? problem : absolute_path(cmd, argument, configuration->programs);
}

// At least so many and, where a second number is given, at most so many.
const char* set_workers(cmd_parms* cmd, void* /*directory*/, const char* least, const char* most) {
  constexpr int kMostWorkers = 64;
  Configuration* configuration = nullptr;
  const char* problem = server_wide(cmd, configuration);
  if (problem == nullptr) {
    problem = number(cmd, least, 1, kMostWorkers, configuration->workers);
  }
  if (problem != nullptr) {
    return problem;
  }
  configuration->max_workers = std::min(4 * configuration->workers, kMostWorkers);
  return most == nullptr ? nullptr
                         : number(cmd, most, configuration->workers, kMostWorkers, configuration->max_workers);
}

// A directive that sets one duration of the configuration within bounds.
template <std::int64_t Configuration::*Member, std::int64_t LeastMs, std::int64_t MostMs>
const char* set_duration(cmd_parms* cmd, void* /*directory*/, const char* argument) {
  Configuration* configuration = nullptr;
  const char* problem = server_wide(cmd, configuration);
  return problem != nullptr ? problem : duration(cmd, argument, LeastMs, MostMs, configuration->*Member);
}

// The same, where 0 means no limit.
template <std::int64_t Configuration::*Member, std::int64_t LeastMs, std::int64_t MostMs>
const char* set_optional_duration(cmd_parms* cmd, void* /*directory*/, const char* argument) {
  Configuration* configuration = nullptr;
  if (const char* misplaced = server_wide(cmd, configuration)) {
    return misplaced;
  }
  if (std::string_view(argument) == "0") {
    configuration->*Member = 0;
    return nullptr;
  }
  const char* problem = duration(cmd, argument, LeastMs, MostMs, configuration->*Member);
  return problem == nullptr ? nullptr : apr_pstrcat(cmd->pool, problem, "; 0 for no limit", nullptr);
}

// A directive that sets one size_t of the configuration within bounds.
template <std::size_t Configuration::*Member, std::size_t Least, std::size_t Most>
const char* set_size(cmd_parms* cmd, void* /*directory*/, const char* argument) {
  Configuration* configuration = nullptr;
  const char* problem = server_wide(cmd, configuration);
  return problem != nullptr ? problem : number(cmd, argument, Least, Most, configuration->*Member);
}

// The same, where 0 means no limit.
template <std::size_t Configuration::*Member, std::size_t Least, std::size_t Most>
const char* set_optional_size(cmd_parms* cmd, void* directory, const char* argument) {
  if (std::string_view(argument) == "0") {
    return set_size<Member, 0, Most>(cmd, directory, argument);
  }
  const char* problem = set_size<Member, Least, Most>(cmd, directory, argument);
  return problem == nullptr ? nullptr : apr_pstrcat(cmd->pool, problem, "; 0 for no limit", nullptr);
}

template <bool Configuration::*Member>
const char* set_flag(cmd_parms* cmd, void* /*directory*/, int on) {
  Configuration* configuration = nullptr;
  if (const char* misplaced = server_wide(cmd, configuration)) {
    return misplaced;
  }
  configuration->*Member = on != 0;
  return nullptr;
}

const char* add_admin(cmd_parms* cmd, void* /*directory*/, const char* argument) {
  Configuration* configuration = nullptr;
  if (const char* problem = server_wide(cmd, configuration)) {
    return problem;
  }
  configuration->admins.emplace_back(argument);
  return nullptr;
}

const char* set_access_log(cmd_parms* cmd, void* /*directory*/, const char* argument) {
  if (const char* misplaced = ap_check_cmd_context(cmd, GLOBAL_ONLY)) {
    return misplaced;
  }
  std::string& target = state_of(cmd->server).access_log;
  if (*argument != '|') {
    return absolute_path(cmd, argument, target);
  }
  if (argument[1] == '\0') {
    return complain(cmd, "no program after the |; give its path, such as \"|/usr/bin/rotatelogs logs/ws.log 86400\"");
  }
  target = argument;
  return nullptr;
}

// Which path that is, is known when DefaultRuntimeDir is: apache/admin_socket.cpp.
const char* set_control_socket(cmd_parms* cmd, void* /*directory*/, const char* argument) {
  if (const char* misplaced = ap_check_cmd_context(cmd, GLOBAL_ONLY)) {
    return misplaced;
  }
  state_of(cmd->server).admin_socket = argument;
  return nullptr;
}

// Beside the core's own SetHandler: httpd asks each module that has a directive of that name.
const char* note_handler(cmd_parms* cmd, void* directory, const char* argument) {
  if (ap_check_cmd_context(cmd, NOT_IN_HTACCESS) == nullptr) {
    static_cast<DirectoryConfig*>(directory)->server_handler = apr_pstrdup(cmd->pool, argument);
  }
  return nullptr;
}

// Read as the user that starts httpd (root), so that nobody else needs to be able to.
const char* set_credentials(cmd_parms* cmd, const char* argument, DaemonConfiguration& daemon) {
  if (const char* problem = absolute_path(cmd, argument, daemon.credentials_file)) {
    return problem;
  }
  const Fd file(open(daemon.credentials_file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    return complain(
        cmd, "cannot read the credentials file " + daemon.credentials_file + "; create it with one line user:password");
  }
  if (!has_credentials(file.get())) {
    return complain(cmd, "no user:password in the first line of " + daemon.credentials_file);
  }
  return nullptr;
}

// http or https, with a host and a port that there can be.
bool is_web_url(const apr_uri_t& url) {
  const std::string_view scheme = url.scheme != nullptr ? url.scheme : "";
  const bool has_host = url.hostname != nullptr && *url.hostname != '\0';
  const bool port_fits = url.port_str == nullptr || *url.port_str == '\0' || url.port_str == std::to_string(url.port);
  return (scheme == "http" || scheme == "https") && has_host && port_fits;
}

const char* set_backend_option(cmd_parms* cmd, std::string_view option, DaemonConfiguration& daemon) {
  const auto equals = option.find('=');
  const auto name = option.substr(0, equals);
  const std::string value(equals == std::string_view::npos ? std::string_view{} : option.substr(equals + 1));
  if (name == "credentials") {
    return set_credentials(cmd, value.c_str(), daemon);
  }
  if (name == "timeout") {
    return duration(cmd, value.c_str(), 1'000, 600'000, daemon.timeout_ms);
  }
  if (name == "root") {
    if (value.empty() || value.front() != '/') {
      return complain(cmd,
                      "root= needs an absolute path as the daemon's machine sees it; quotes go around the whole: "
                      "\"root=/my files\"");
    }
    daemon.download_roots.push_back(value);
    return nullptr;
  }
  return complain(cmd, "unknown option \"" + std::string(option) + "\"; known are credentials=, timeout= and root=");
}

const char* add_backend(cmd_parms* cmd, void* /*directory*/, int argc, char* const argv[]) {
  Configuration* configuration = nullptr;
  if (const char* problem = server_wide(cmd, configuration)) {
    return problem;
  }
  if (argc < 2) {
    return complain(cmd,
                    "needs a name and a URL, such as: TorrentWsBackend main http://127.0.0.1:9091/transmission/rpc");
  }
  DaemonConfiguration daemon;
  daemon.name = argv[0];
  daemon.url = argv[1];
  if (!is_name(daemon.name)) {
    return complain(cmd, "the name \"" + daemon.name + "\" must be 1 to 32 letters, digits, - or _");
  }
  const auto same_name = [&daemon](const DaemonConfiguration& other) { return other.name == daemon.name; };
  if (std::any_of(configuration->daemons.begin(), configuration->daemons.end(), same_name)) {
    return complain(cmd, "the name \"" + daemon.name + "\" is taken; give each backend its own");
  }
  apr_uri_t url;
  if (apr_uri_parse(cmd->temp_pool, daemon.url.c_str(), &url) != APR_SUCCESS || !is_web_url(url)) {
    return complain(
        cmd, "\"" + daemon.url + "\" is not a URL of a daemon's RPC, such as http://127.0.0.1:9091/transmission/rpc");
  }
  if (url.user != nullptr || url.password != nullptr) {
    return complain(
        cmd, "credentials in the URL would show in logs; put user:password into a file and give credentials=/path");
  }
  for (int i = 2; i < argc; ++i) {
    if (const char* problem = set_backend_option(cmd, argv[i], daemon)) {
      return problem;
    }
  }
  if (configuration->daemons.size() == kMaxDaemons) {
    return complain(cmd, "more than " + std::to_string(kMaxDaemons) + " backends; leave some out");
  }
  configuration->daemons.push_back(std::move(daemon));
  return nullptr;
}

const char* add_allowed_origin(cmd_parms* cmd, void* directory, const char* argument) {
  auto& config = *static_cast<DirectoryConfig*>(directory);
  std::string origin = argument;
  ap_str_tolower(origin.data());
  apr_uri_t url;
  const bool is_origin = apr_uri_parse(cmd->temp_pool, origin.c_str(), &url) == APR_SUCCESS && is_web_url(url) &&
                         url.path == nullptr && url.query == nullptr && url.fragment == nullptr &&
                         url.user == nullptr && std::strchr(url.hostname, '*') == nullptr;
  if (origin != "*" && !is_origin) {
    return complain(cmd, "\"" + origin + "\" is not an origin; give scheme://host[:port] without a path, or *");
  }
  config.origins_set = true;
  config.allowed_origins.push_back(std::move(origin));
  return nullptr;
}

// httpd's C type for a setter has no parameters in C++, so each one is cast to it here.
template <typename Setter>
command_rec directive(const char* name, Setter setter, cmd_how how, int where, const char* help) {
  return {name, reinterpret_cast<cmd_func>(reinterpret_cast<void*>(setter)), nullptr, where, how, help};
}

constexpr std::size_t kMostConnections = 1'000'000;
constexpr std::size_t kMostJobs = 1'000'000'000;
constexpr std::size_t kMostMemory = 1UL << 40;
constexpr std::size_t kMostPerSecond = 1'000'000;
constexpr std::size_t kMaxMessageBound = 256UL << 20;
constexpr std::size_t kMaxQueuedBound = 1UL << 30;
constexpr std::size_t kMaxBlockingRelaysBound = 10'000;
constexpr std::size_t kKilobyte = 1024;
constexpr std::int64_t kSecond = 1'000;
constexpr std::int64_t kHour = 3'600 * kSecond;

}  // namespace

const command_rec* directives() {
  static const std::array<command_rec, 42> table = {
      directive("TorrentWsDatabase", set_database, TAKE1, RSRC_CONF, "SQLite file of one-time tokens"),
      directive("TorrentWsPrograms", set_programs, TAKE1, RSRC_CONF, "folder of torrent-ws and torrent-ws-worker"),
      directive("TorrentWsWorkers", set_workers, TAKE12, RSRC_CONF,
                "worker processes for the database: how many at least, and at most"),
      directive("TorrentWsWorkerMaxJobs", set_size<&Configuration::worker_max_jobs, 0, kMostJobs>, TAKE1, RSRC_CONF,
                "jobs after which a worker process for the database is replaced; 0: never"),
      directive("TorrentWsWorkerMaxMemory",
                set_optional_size<&Configuration::worker_max_memory, kKilobyte * kKilobyte, kMostMemory>, TAKE1,
                RSRC_CONF, "bytes of memory at which a worker process is replaced; 0: no bound"),
      directive("TorrentWsBackend", add_backend, TAKE_ARGV, RSRC_CONF,
                "name and RPC URL of a transmission-daemon, then credentials=, timeout=, root="),
      directive("TorrentWsAdmins", add_admin, ITERATE, RSRC_CONF, "user ids that may change a daemon's settings"),
      directive("TorrentWsPollInterval", set_duration<&Configuration::poll_interval_ms, 200, kHour>, TAKE1, RSRC_CONF,
                "time between polls of a daemon"),
      directive("TorrentWsJobTimeout", set_duration<&Configuration::job_timeout_ms, kSecond, 600 * kSecond>, TAKE1,
                RSRC_CONF, "longest time for a call that only reads"),
      directive("TorrentWsCommandTimeout", set_duration<&Configuration::command_timeout_ms, kSecond, kHour>, TAKE1,
                RSRC_CONF, "longest time for a call that changes something"),
      directive("TorrentWsRelayLifetime", set_duration<&Configuration::relay_lifetime_ms, kSecond, 720 * kHour>, TAKE1,
                RSRC_CONF, "how long TLS connections go on after their httpd child has left"),
      directive("TorrentWsMaxBlockingRelays", set_size<&Configuration::max_blocking_relays, 0, kMaxBlockingRelaysBound>,
                TAKE1, RSRC_CONF, "WebSockets over HTTP/2 and the like, which hold an httpd thread each"),
      directive("TorrentWsAccessLog", set_access_log, TAKE1, RSRC_CONF,
                "file or |program for a line about each WebSocket that has closed"),
      directive("TorrentWsControlSocket", set_control_socket, TAKE1, RSRC_CONF,
                "Unix socket for torrent-wsctl, or off"),
      directive("TorrentWsMaxConnections", set_size<&Configuration::max_connections, 1, kMostConnections>, TAKE1,
                RSRC_CONF, "open WebSockets in all"),
      directive("TorrentWsMaxConnectionsPerUser",
                set_size<&Configuration::max_connections_per_user, 1, kMostConnections>, TAKE1, RSRC_CONF,
                "open WebSockets of one user"),
      directive("TorrentWsMaxConnectionsPerAddress",
                set_size<&Configuration::max_connections_per_address, 1, kMostConnections>, TAKE1, RSRC_CONF,
                "open WebSockets from one IPv4 address or one IPv6 network of 64 bits"),
      directive("TorrentWsMaxHandshakes", set_size<&Configuration::max_handshakes, 1, kMostConnections>, TAKE1,
                RSRC_CONF, "WebSockets on which nobody has signed in yet"),
      directive("TorrentWsMaxMessageSize", set_size<&Configuration::max_message_bytes, kKilobyte, kMaxMessageBound>,
                TAKE1, RSRC_CONF, "bytes of one message from a client"),
      directive("TorrentWsMaxMessageRate", set_size<&Configuration::max_message_rate, 0, kMostPerSecond>, TAKE1,
                RSRC_CONF, "messages per second from one client; 0: no limit"),
      directive("TorrentWsMaxQueuedBytes", set_size<&Configuration::max_queued_bytes, 64 * kKilobyte, kMaxQueuedBound>,
                TAKE1, RSRC_CONF, "bytes queued for one client"),
      directive("TorrentWsMaxSubscriptions", set_size<&Configuration::max_subscriptions, 1, kMostConnections>, TAKE1,
                RSRC_CONF, "subscriptions of one session"),
      directive("TorrentWsPingInterval", set_duration<&Configuration::ping_interval_ms, kSecond, kHour>, TAKE1,
                RSRC_CONF, "silence of a client after which it is pinged"),
      directive("TorrentWsHandshakeTimeout", set_duration<&Configuration::handshake_timeout_ms, kSecond, 24 * kHour>,
                TAKE1, RSRC_CONF, "how long a WebSocket may be without a user who has signed in"),
      directive("TorrentWsIdleTimeout", set_optional_duration<&Configuration::idle_timeout_ms, kSecond, 720 * kHour>,
                TAKE1, RSRC_CONF, "how long a WebSocket may be without a message either way; 0: no limit"),
      directive("TorrentWsMaxSessionAge",
                set_optional_duration<&Configuration::max_session_age_ms, kSecond, 720 * kHour>, TAKE1, RSRC_CONF,
                "age at which a session has to sign in again; 0: no limit"),
      directive("TorrentWsAllowedOrigins", add_allowed_origin, ITERATE, RSRC_CONF | ACCESS_CONF,
                "origins of pages that may connect; none: the same origin only"),
      directive("TorrentWsAllow", add_permission, TAKE_ARGV, RSRC_CONF,
                "actions and a URI pattern that a role may use, then role=, user="),
      directive("TorrentWsPublishKey", add_publish_key, TAKE2, RSRC_CONF,
                "name of a key for publications over HTTP, and the file of its secret"),
      directive("TorrentWsPublishWindow", set_duration<&Configuration::publish_window_ms, kSecond, kHour>, TAKE1,
                RSRC_CONF, "how old or how far ahead a signed publication may be"),
      directive("TorrentWsPublishSocket", set_publish_socket, TAKE_ARGV, RSRC_CONF,
                "Unix socket for programs that publish, then mode=, group=, user=; or off"),
      directive("TorrentWsZmqBind", set_zmq_bind, TAKE1, RSRC_CONF, "ZeroMQ endpoint to take publications at"),
      directive("TorrentWsZmqHighWater", set_zmq_high_water, TAKE1, RSRC_CONF,
                "messages that may wait of one ZeroMQ client"),
      directive("TorrentWsZmqCurve", set_zmq_curve, TAKE2, RSRC_CONF,
                "files of the server's secret key and of the clients' public keys for ZeroMQ"),
      directive("TorrentWsEventHistory", add_event_history, TAKE2, RSRC_CONF,
                "a URI pattern and how many of its topics' last events are kept"),
      directive("TorrentWsHandler", add_handler, TAKE_ARGV, RSRC_CONF,
                "name, command and URI patterns of the site's own code, then workers=, timeout=, queue="),
      directive("TorrentWsStrictUris", set_flag<&Configuration::strict_uris>, FLAG, RSRC_CONF,
                "whether only WAMP's strict URIs are taken"),
      directive("TorrentWsStrictRequestIds", set_flag<&Configuration::strict_request_ids>, FLAG, RSRC_CONF,
                "whether a session's request ids must count 1, 2, 3"),
      directive("TorrentWsRatchetPrefixes", set_flag<&Configuration::ratchet_prefixes>, FLAG, RSRC_CONF,
                "whether a # stands between a prefix of WAMP v1 and what follows"),
      directive("TorrentWsLoginTable", set_flag<&Configuration::login_table>, FLAG, RSRC_CONF,
                "whether the database says whose the site's own logins are"),
      directive("SetHandler", note_handler, TAKE1, OR_FILEINFO, "the core's; noted here where the server says it"),
      command_rec{},
  };
  return table.data();
}

void* create_server_state(apr_pool_t* pool, server_rec* /*server*/) {
  auto* state = make_in_pool<ServerState>(pool);
  state->configuration.programs = TWS_PROGRAMS_DIRECTORY;
  return state;
}

// The directives are server-wide, so that a virtual host has the main server's.
void* merge_server_state(apr_pool_t* /*pool*/, void* base, void* /*added*/) { return base; }

void* create_directory_config(apr_pool_t* pool, char* /*directory*/) { return make_in_pool<DirectoryConfig>(pool); }

void* merge_directory_config(apr_pool_t* pool, void* base, void* added) {
  const auto& outer = *static_cast<DirectoryConfig*>(base);
  const auto& inner = *static_cast<DirectoryConfig*>(added);
  if (!inner.origins_set && inner.server_handler == nullptr) {
    return base;
  }
  auto* merged = make_in_pool<DirectoryConfig>(pool, inner);
  if (!inner.origins_set) {
    merged->origins_set = outer.origins_set;
    merged->allowed_origins = outer.allowed_origins;
  }
  if (inner.server_handler == nullptr) {
    merged->server_handler = outer.server_handler;
  }
  return merged;
}

int check_handler_opened(const request_rec* request) {
  const char* opened = directory_config_of(request).server_handler;
  if (opened != nullptr && std::strcmp(opened, request->handler) == 0) {
    return OK;
  }
  ap_log_rerror(
      APLOG_MARK, APLOG_WARNING, 0, request,
      "TWS0009: no SetHandler %s of the server's configuration applies here; what .htaccess files, AddHandler "
      "and rewriting say opens nothing",
      request->handler);
  return HTTP_FORBIDDEN;
}

bool is_enabled(const Configuration& configuration) {
  return !configuration.database.empty() || !configuration.daemons.empty() || !configuration.permissions.empty();
}

Status check_configuration(const Configuration& configuration) {
  if (configuration.login_table && configuration.database.empty()) {
    return Error{"TorrentWsLoginTable: there is no database with such a table; name its file with TorrentWsDatabase",
                 {}};
  }
  if (auto checked = check_zmq(configuration); !checked) {
    return checked;
  }
  const auto encoded = encode_configuration(configuration);
  return encoded ? Status(Done{}) : encoded.error();
}

Status check_programs(const Configuration& configuration) {
  for (const char* program : {"torrent-ws", "torrent-ws-worker"}) {
    const std::string path = configuration.programs + "/" + program;
    if (access(path.c_str(), X_OK) != 0) {
      return Error{"TorrentWsPrograms: no program " + path + "; install it or name the folder that holds it", {}};
    }
  }
  return Done{};
}

}  // namespace tws::apache
