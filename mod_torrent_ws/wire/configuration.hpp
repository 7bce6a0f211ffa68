// What httpd's parent tells the torrent-ws process on the control socket: the configuration, first at
// its start, then at each graceful restart, with descriptors in this order: of the ErrorLog, of TorrentWsAccessLog, of
// the sockets for torrent-wsctl and for publishers if there are such, of each daemon's credentials file, of each
// TorrentWsPublishKey's, and of both files of TorrentWsZmqCurve;
// before each graceful restart that a generation of the configuration ends; and why it is to leave. Built by httpd's
// parent process, read by the main thread of torrent-ws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/credentials.hpp"
#include "support/result.hpp"
#include "wire/permission.hpp"

namespace tws {

inline constexpr std::size_t kMaxDaemons = 64;
inline constexpr std::size_t kMaxPermissions = 1'000;
inline constexpr std::size_t kMaxHistories = 100;
inline constexpr std::size_t kMaxHandlers = 32;
inline constexpr std::size_t kMaxPublishKeys = 32;
inline constexpr std::size_t kMaxControlMessage = 128UL << 10;

// One transmission-daemon: a TorrentWsBackend directive.
struct DaemonConfiguration {
  std::string name;
  std::string url;
  std::string credentials_file;  // in httpd's parent; empty: none. Its descriptor goes with the message
  bool has_credentials = false;  // in torrent-ws, which then reads them:
  Credentials credentials;
  std::int64_t timeout_ms = 10'000;
  std::vector<std::string> download_roots;
};

// The site's own code behind topics and procedures: a TorrentWsHandler directive.
struct HandlerConfiguration {
  std::string name;
  std::vector<std::string> command;  // its processes' program and arguments; empty: its jobs go out over ZeroMQ, at
  std::string address;
  std::vector<UriPattern> patterns;
  int workers = 1;              // processes
  std::int64_t timeout_ms = 0;  // of one job; 0: job_timeout_ms
  std::size_t queue = 1'000;    // jobs that are not answered yet
};

// One TorrentWsPublishKey: who may sign publications over HTTP.
struct PublishKey {
  std::string name;
  std::string file;    // in httpd's parent. Its descriptor goes with the message
  std::string secret;  // in torrent-ws
};

// TorrentWsZmqBind and what belongs to it.
struct ZmqConfiguration {
  std::string endpoint;  // empty: none
  int high_water = 1'000;
  std::string server_secret_file;  // in httpd's parent; empty: no CURVE. The descriptors go with the message
  std::string client_keys_file;
  bool has_curve = false;     // in torrent-ws, which then reads them:
  std::string server_secret;  // Z85; empty: it could not be read
  std::vector<std::string> client_keys;

  bool operator==(const ZmqConfiguration&) const = default;
};

struct Configuration {
  std::string programs;                         // folder that holds torrent-ws-worker
  std::string database;                         // the SQLite file of tokens; empty: no tokens
  int workers = 2;                              // of the pool, at least
  int max_workers = 8;                          // and at most
  std::size_t worker_max_jobs = 100'000;        // then a worker of the pool is replaced; 0: never
  std::size_t worker_max_memory = 512UL << 20;  // resident bytes of a worker of the pool; 0: no bound
  std::vector<DaemonConfiguration> daemons;
  std::vector<std::string> admins;  // user ids
  std::vector<Permission> permissions;
  std::vector<EventHistory> histories;
  std::vector<HandlerConfiguration> handlers;
  std::vector<PublishKey> publish_keys;
  std::vector<std::int64_t> publish_users;  // who may connect to the socket for publishers, beside root
  ZmqConfiguration zmq;
  std::int64_t publish_window_ms = 60'000;
  bool strict_uris = false;         // only WAMP's strict URIs are taken
  bool strict_request_ids = false;  // a session's request ids must count 1, 2, 3, …
  bool ratchet_prefixes = false;    // WAMP v1: p:x is the prefix's URI, #, and x
  bool login_table = false;         // whose the site's own logins are stands in the database; else they are user ids
  std::int64_t poll_interval_ms = 1'000;
  std::int64_t job_timeout_ms = 10'000;
  std::int64_t command_timeout_ms = 120'000;  // of calls that change something
  std::size_t max_connections = 10'000;
  std::size_t max_connections_per_user = 100;
  std::size_t max_connections_per_address = 1'000;
  std::size_t max_handshakes = 1'000;
  std::size_t max_blocking_relays = 16;
  std::size_t max_message_bytes = 16UL << 20;
  std::size_t max_message_rate = 100;         // of each connection, per second; 0: no limit
  std::size_t max_queued_bytes = 32UL << 20;  // for each connection
  std::size_t max_subscriptions = 1'000;      // of each session
  std::int64_t ping_interval_ms = 30'000;
  std::int64_t handshake_timeout_ms = 10'000;
  std::int64_t idle_timeout_ms = 0;                      // 0: no limit
  std::int64_t max_session_age_ms = 24LL * 3600 * 1000;  // 0: no limit
  std::int64_t relay_lifetime_ms = 24LL * 3600 * 1000;   // of relays whose httpd child has left
  int log_level = 5;                                     // APLOG_*
  bool has_access_log = false;
  bool has_admin_socket = false;
  bool has_publish_socket = false;
  std::int64_t admin_user = 0;  // whom httpd's parent runs as: may administer, as root may
};

// An error when a value is not UTF-8 or all of it is too long: it says what to mend.
Result<std::string> encode_configuration(const Configuration& configuration);
Result<Configuration> decode_configuration(std::string_view message);

// Unless a configuration follows soon, the module is no longer loaded, or another version of it is.
inline constexpr std::string_view kGenerationEnds = "generation ends";
// httpd ends, or another torrent-ws process follows at once: what clients are told (close codes 1001, 1012).
inline constexpr std::string_view kServerStops = "server stops";
inline constexpr std::string_view kServerRestarts = "server restarts";

}  // namespace tws
