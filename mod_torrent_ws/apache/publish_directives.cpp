#include "apache/publish_directives.hpp"

#include <apr_user.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "apache/directive_values.hpp"
#include "support/fd.hpp"
#include "support/first_line.hpp"
#include "wire/curve_keys.hpp"
#include "wire/permission.hpp"

namespace tws::apache {

namespace {

constexpr std::size_t kLeastSecret = 32;
constexpr int kMostMessages = 1'000'000;
constexpr std::string_view kIpc = "ipc://";
constexpr std::string_view kTcp = "tcp://";
constexpr mode_t kMostMode = 0777;

// Sets `path` to a file that can be read now, and opens it; as root, so that nobody else needs to be able to.
const char* open_secret(const cmd_parms* cmd, const char* argument, const char* what, std::string& path, Fd& file) {
  if (const char* problem = absolute_path(const_cast<cmd_parms*>(cmd), argument, path)) {
    return problem;
  }
  file = Fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return file ? nullptr : complain(cmd, "cannot read " + path + "; create it with " + what);
}

const char* set_mode(const cmd_parms* cmd, std::string_view value, mode_t& mode) {
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), mode, 8);
  if (error != std::errc() || end != value.data() + value.size() || mode > kMostMode) {
    return complain(cmd, "\"" + std::string(value) + "\" is no mode of a file; give octal digits, such as mode=0660");
  }
  return nullptr;
}

const char* set_socket_option(const cmd_parms* cmd, std::string_view option, PublishSocketAccess& access) {
  const std::string_view name = option.substr(0, option.find('='));
  const std::string value(option.substr(std::min(option.size(), name.size() + 1)));
  if (name == "mode") {
    return set_mode(cmd, value, access.mode);
  }
  if (name == "group") {
    gid_t group{};
    if (apr_gid_get(&group, value.c_str(), cmd->temp_pool) != APR_SUCCESS) {
      return complain(cmd, "there is no group \"" + value + "\"; give the name of one");
    }
    access.group = group;
    return nullptr;
  }
  if (name == "user") {
    uid_t user{};
    gid_t group{};
    if (apr_uid_get(&user, &group, value.c_str(), cmd->temp_pool) != APR_SUCCESS) {
      return complain(cmd, "there is no user \"" + value + "\" of the system; give the name of one");
    }
    access.users.push_back(user);
    return nullptr;
  }
  return complain(cmd, "unknown option \"" + std::string(option) + "\"; known are mode=, group= and user=");
}

// "address:port" of numbers; nothing else can be bound by a name that does not change.
bool is_bindable(std::string_view address, bool& is_loopback) {
  const auto colon = address.rfind(':');
  if (colon == std::string_view::npos) {
    return false;
  }
  const auto digits = address.substr(colon + 1);
  int port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port < 1 || port > UINT16_MAX) {
    return false;
  }
  std::string host(address.substr(0, colon));
  in_addr v4{};
  if (host == "*") {
    is_loopback = false;
    return true;
  }
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) {
    is_loopback = (ntohl(v4.s_addr) >> 24) == IN_LOOPBACKNET;
    return true;
  }
  if (host.size() < 2 || host.front() != '[' || host.back() != ']') {
    return false;
  }
  in6_addr v6{};
  host = host.substr(1, host.size() - 2);
  is_loopback = host == "::1";
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1;
}

bool is_local(std::string_view endpoint) {
  bool is_loopback = true;
  return endpoint.starts_with(kIpc) || (is_bindable(endpoint.substr(kTcp.size()), is_loopback) && is_loopback);
}

std::string reached_by_others(const std::string& endpoint) {
  return "others than this machine reach " + endpoint +
         "; bind tcp://127.0.0.1 or ipc://, or say with TorrentWsZmqCurve who may connect";
}

}  // namespace

const char* add_publish_key(cmd_parms* cmd, void* /*directory*/, const char* name, const char* file) {
  Configuration* configuration = nullptr;
  if (const char* misplaced = server_wide(cmd, configuration)) {
    return misplaced;
  }
  PublishKey key;
  key.name = name;
  if (!is_name(name) || key.name == kUnixPublisher || key.name == kZmqPublisher) {
    return complain(cmd, "the name \"" + key.name + "\" must be 1 to 32 letters, digits, - or _, and not unix or zmq");
  }
  const auto same_name = [&key](const PublishKey& other) { return other.name == key.name; };
  if (std::any_of(configuration->publish_keys.begin(), configuration->publish_keys.end(), same_name)) {
    return complain(cmd, "the name \"" + key.name + "\" is taken; give each key its own");
  }
  Fd secret;
  if (const char* problem =
          open_secret(cmd, file, "a secret in its first line: openssl rand -hex 32", key.file, secret)) {
    return problem;
  }
  if (FirstLine(secret.get()).text().size() < kLeastSecret) {
    return complain(cmd, "the secret in the first line of " + key.file + " is shorter than " +
                             std::to_string(kLeastSecret) + " bytes; make one with openssl rand -hex 32");
  }
  if (configuration->publish_keys.size() == kMaxPublishKeys) {
    return complain(cmd, "more than " + std::to_string(kMaxPublishKeys) + " keys; leave some out");
  }
  configuration->publish_keys.push_back(std::move(key));
  return nullptr;
}

// Which path that is, is known when DefaultRuntimeDir is: apache/listening_socket.cpp.
const char* set_publish_socket(cmd_parms* cmd, void* /*directory*/, int argc, char* const argv[]) {
  if (const char* misplaced = ap_check_cmd_context(cmd, GLOBAL_ONLY)) {
    return misplaced;
  }
  if (argc < 1) {
    return complain(cmd, "needs a path, such as: TorrentWsPublishSocket /run/torrent-ws/publish.sock; or off");
  }
  PublishSocketAccess access;
  for (int i = 1; i < argc; ++i) {
    if (const char* problem = set_socket_option(cmd, argv[i], access)) {
      return problem;
    }
  }
  state_of(cmd->server).publish_socket = argv[0];
  state_of(cmd->server).publish_access = std::move(access);
  return nullptr;
}

const char* set_zmq_bind(cmd_parms* cmd, void* /*directory*/, const char* endpoint) {
  Configuration* configuration = nullptr;
  if (const char* misplaced = server_wide(cmd, configuration)) {
    return misplaced;
  }
  return set_zmq_endpoint(cmd, endpoint, configuration->zmq.endpoint);
}

const char* set_zmq_endpoint(const cmd_parms* cmd, const char* argument, std::string& endpoint) {
  endpoint = argument;
  bool is_loopback = false;
  const bool is_path = endpoint.starts_with("ipc:///");
  const auto address = std::string_view(endpoint).substr(std::min(endpoint.size(), kTcp.size()));
  if (!is_path && (!endpoint.starts_with(kTcp) || !is_bindable(address, is_loopback))) {
    return complain(cmd, "\"" + endpoint +
                             "\" is no endpoint to bind; give tcp:// with an address in digits and a port, such as "
                             "tcp://127.0.0.1:5555, or ipc:// with an absolute path");
  }
  return nullptr;
}

const char* set_zmq_high_water(cmd_parms* cmd, void* /*directory*/, const char* messages) {
  Configuration* configuration = nullptr;
  const char* problem = server_wide(cmd, configuration);
  return problem != nullptr ? problem : number(cmd, messages, 1, kMostMessages, configuration->zmq.high_water);
}

const char* set_zmq_curve(cmd_parms* cmd, void* /*directory*/, const char* server_secret, const char* client_keys) {
  Configuration* configuration = nullptr;
  if (const char* misplaced = server_wide(cmd, configuration)) {
    return misplaced;
  }
  ZmqConfiguration& zmq = configuration->zmq;
  Fd file;
  if (const char* problem = open_secret(cmd, server_secret, "the server's secret key in Z85 in its first line",
                                        zmq.server_secret_file, file)) {
    return problem;
  }
  if (!is_curve_key(FirstLine(file.get()).text())) {
    return complain(cmd, "the first line of " + zmq.server_secret_file +
                             " is no secret key of 40 characters in Z85; make a pair with curve_keygen");
  }
  if (const char* problem = open_secret(cmd, client_keys, "the clients' public keys in Z85, each in a line",
                                        zmq.client_keys_file, file)) {
    return problem;
  }
  if (const auto keys = read_curve_keys(file.get()); !keys) {
    return complain(cmd, zmq.client_keys_file + ": " + keys.error().message + "; mend or remove it");
  }
  return nullptr;
}

Status check_zmq(const Configuration& configuration) {
  const ZmqConfiguration& zmq = configuration.zmq;
  const bool has_curve = !zmq.server_secret_file.empty();
  if (zmq.endpoint.empty() && has_curve) {
    return Error{"TorrentWsZmqCurve: there is no address to protect; give TorrentWsZmqBind, or leave it out", {}};
  }
  if (!zmq.endpoint.empty() && !is_local(zmq.endpoint) && !has_curve) {
    return Error{"TorrentWsZmqBind: " + reached_by_others(zmq.endpoint), {}};
  }
  for (const HandlerConfiguration& handler : configuration.handlers) {
    const std::string directive = "TorrentWsHandler " + handler.name + ": ";
    if (handler.address.empty()) {
      continue;
    }
    if (zmq.endpoint.empty()) {
      return Error{directive + "results of its workers have no way in; give TorrentWsZmqBind", {}};
    }
    if (handler.address == zmq.endpoint) {
      return Error{directive + "its address is that of TorrentWsZmqBind; give it another port", {}};
    }
    if (!is_local(handler.address) && !has_curve) {
      return Error{directive + reached_by_others(handler.address), {}};
    }
  }
  return Done{};
}

}  // namespace tws::apache
