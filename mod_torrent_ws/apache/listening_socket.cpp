#include "apache/listening_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include "support/fd.hpp"

namespace tws::apache {

namespace {

// Bound there and then renamed, so that there is never no socket.
constexpr const char* kNewSuffix = "~";
constexpr std::size_t kMaxPath = sizeof(sockaddr_un::sun_path) - sizeof "~";
constexpr mode_t kMode = 0600;
constexpr int kBacklog = 512;

Error system_error(const std::string& what) { return Error{what + ": " + std::generic_category().message(errno), {}}; }

bool is_socket_or_nothing(const std::string& path) {
  struct stat file {};
  return lstat(path.c_str(), &file) != 0 || S_ISSOCK(file.st_mode);
}

bool is_folder(const std::string& path) {
  struct stat file {};
  return stat(path.c_str(), &file) == 0 && S_ISDIR(file.st_mode);
}

Result<std::string> socket_path(const char* directive, const std::string& given, apr_pool_t* pool) {
  const auto wrong = [directive](const std::string& problem, const std::string& remedy) {
    return Error{std::string(directive) + ": " + problem + "; " + remedy + ", or off", {}};
  };
  if (given == kNoSocket) {
    return std::string();
  }
  const char* full = ap_runtime_dir_relative(pool, given.c_str());
  if (full == nullptr) {
    return wrong(given + " is no path", "give one");
  }
  std::string path = full;
  if (path.size() > kMaxPath) {
    return wrong(path + " is longer than the " + std::to_string(kMaxPath) + " bytes that a socket's path may have",
                 "give a shorter one");
  }
  // DefaultRuntimeDir may be made just before httpd starts.
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  if (given.find('/') != std::string::npos && !is_folder(folder)) {
    return wrong("there is no folder " + folder, "create it, or give another path");
  }
  if (!is_socket_or_nothing(path)) {
    return wrong(path + " is there and no socket", "give another path");
  }
  return path;
}

// Of the file that was just bound. Through a descriptor, as whoever may write to the folder could put a link into its
// place; chmod(2) has no such form (without fchmodat2 of Linux 6.6) but by way of /proc.
Status open_to_others(const std::string& path, const SocketAccess& access) {
  const Fd bound(open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat file {};
  if (!bound || fstat(bound.get(), &file) != 0) {
    return system_error(path);
  }
  if (!S_ISSOCK(file.st_mode) || file.st_uid != geteuid()) {
    return Error{path + " was replaced by somebody else; have it in a folder that nobody else may write to", {}};
  }
  const std::string self = "/proc/self/fd/" + std::to_string(bound.get());
  const bool is_done = fchownat(bound.get(), "", static_cast<uid_t>(-1), access.group, AT_EMPTY_PATH) == 0 &&
                       chmod(self.c_str(), access.mode) == 0;
  return is_done ? Status(Done{}) : system_error(path);
}

// For nobody else at first: the group and the mode that it is to have come when it is there.
Result<Fd> listen_at(const std::string& path, const SocketAccess& access) {
  Fd listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener) {
    return system_error("socket");
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  unlink(path.c_str());
  // The file gets the socket's mode (unix(7)), less the umask.
  if (fchmod(listener.get(), kMode) != 0 ||
      bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return system_error(path);
  }
  auto opened = access.mode != kMode ? open_to_others(path, access) : Status(Done{});
  if (opened && listen(listener.get(), kBacklog) != 0) {
    opened = system_error(path);
  }
  if (!opened) {
    unlink(path.c_str());
    return opened.error();
  }
  return listener;
}

}  // namespace

Result<std::string> admin_socket_path(const server_rec* server, apr_pool_t* pool) {
  return socket_path("TorrentWsControlSocket", state_of(server).admin_socket, pool);
}

Result<std::string> publish_socket_path(const server_rec* server, apr_pool_t* pool) {
  auto path = socket_path("TorrentWsPublishSocket", state_of(server).publish_socket, pool);
  const auto admin = admin_socket_path(server, pool);
  if (path && admin && !path->empty() && *path == *admin) {
    return Error{"TorrentWsPublishSocket: " + *path + " is that of TorrentWsControlSocket; give another path, or off",
                 {}};
  }
  return path;
}

Status open_listening_socket(ListeningSocket& socket, const std::string& path, const SocketAccess& access) {
  close_listening_socket(socket);
  if (path != socket.path) {
    remove_listening_socket(socket);
  }
  if (path.empty()) {
    return Done{};
  }
  const std::string fresh = path + kNewSuffix;
  if (!is_socket_or_nothing(fresh)) {
    return Error{fresh + " is there and no socket; remove it", {}};
  }
  auto listener = listen_at(fresh, access);
  if (!listener) {
    return listener.error();
  }
  struct stat file {};
  if (lstat(fresh.c_str(), &file) != 0 || std::rename(fresh.c_str(), path.c_str()) != 0) {
    const Error error = system_error(path);
    unlink(fresh.c_str());
    return error;
  }
  socket.descriptor = listener->release();
  std::memset(socket.path, 0, sizeof socket.path);
  std::memcpy(socket.path, path.data(), path.size());
  socket.device = file.st_dev;
  socket.inode = file.st_ino;
  return Done{};
}

void close_listening_socket(ListeningSocket& socket) {
  if (socket.descriptor >= 0) {
    close(socket.descriptor);
    socket.descriptor = -1;
  }
}

void remove_listening_socket(ListeningSocket& socket) {
  struct stat file {};
  if (*socket.path != '\0' && lstat(socket.path, &file) == 0 && file.st_dev == socket.device &&
      file.st_ino == socket.inode) {
    unlink(socket.path);
  }
  *socket.path = '\0';
}

}  // namespace tws::apache
