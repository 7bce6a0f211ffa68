#include "ctl/admin_connection.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace tws {

namespace {

constexpr time_t kAnswerSeconds = 10;
constexpr time_t kForEver = 0;

void set_timeout(const Fd& socket, int option, time_t seconds) {
  const timeval timeout{seconds, 0};
  setsockopt(socket.get(), SOL_SOCKET, option, &timeout, sizeof timeout);
}

std::string remedy(int error) {
  switch (error) {
    case ENOENT:
    case ECONNREFUSED:
      return "is httpd running with mod_torrent_ws, and is this the path in TorrentWsControlSocket? (--socket)";
    case EACCES:
      return "only root and the user that starts httpd may";
    default:
      return "look at the path (--socket)";
  }
}

Error hung_up() {
  return Error{"torrent-ws hung up: it ended, or this user may not administer it; httpd's ErrorLog tells", {}};
}

}  // namespace

Result<AdminConnection> AdminConnection::open(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return Error{path + ": longer than a socket's path may be; give the one of TorrentWsControlSocket (--socket)", {}};
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) {
    return Error{"no socket: " + std::generic_category().message(errno), {}};
  }
  set_timeout(socket, SO_SNDTIMEO, kAnswerSeconds);
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    return Error{"cannot connect to " + path + " (" + std::generic_category().message(error) + "): " + remedy(error),
                 {}};
  }
  return AdminConnection(std::move(socket));
}

Result<Json> AdminConnection::ask(const json_t* request) {
  const std::string line = to_text(request) + "\n";
  // A line is far smaller than the socket's buffer: it goes as a whole or not.
  if (::send(socket_.get(), line.data(), line.size(), MSG_NOSIGNAL) < 0 && errno != EPIPE) {
    return Error{"torrent-ws takes no request: " + std::generic_category().message(errno), {}};
  }
  return next_answer();
}

Result<Json> AdminConnection::next_answer() { return receive(kAnswerSeconds); }

Result<Json> AdminConnection::next_event() { return receive(kForEver); }

Result<Json> AdminConnection::receive(time_t seconds) {
  set_timeout(socket_, SO_RCVTIMEO, seconds);
  const auto line = read_line();
  if (!line) {
    return line.error();
  }
  auto answer = parse_json(*line);
  if (!answer) {
    return Error{"torrent-ws answers what is no JSON; install torrent-wsctl and torrent-ws of the same version", {}};
  }
  if (const auto refused = string_member(answer->get(), "error")) {
    return Error{std::string(*refused), {}};
  }
  return answer;
}

Result<std::string> AdminConnection::read_line() {
  std::array<char, 65536> buffer{};
  std::size_t searched = 0;
  for (;;) {
    if (const std::size_t end = incoming_.find('\n', searched); end != std::string::npos) {
      std::string line = incoming_.substr(0, end);
      incoming_.erase(0, end + 1);
      return line;
    }
    searched = incoming_.size();
    const ssize_t size = recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (size > 0) {
      incoming_.append(buffer.data(), static_cast<std::size_t>(size));
    } else if (size < 0 && errno == EAGAIN) {
      return Error{"torrent-ws does not answer; httpd's ErrorLog and the status page may tell why", {}};
    } else if (size == 0 || errno != EINTR) {
      return hung_up();
    }
  }
}

}  // namespace tws
