#include "apache/admin_socket.hpp"

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
constexpr int kBacklog = 16;

Error system_error(const std::string& what) { return Error{what + ": " + std::generic_category().message(errno), {}}; }

bool is_socket_or_nothing(const std::string& path) {
  struct stat file {};
  return lstat(path.c_str(), &file) != 0 || S_ISSOCK(file.st_mode);
}

bool is_folder(const std::string& path) {
  struct stat file {};
  return stat(path.c_str(), &file) == 0 && S_ISDIR(file.st_mode);
}

// In one step with the right mode: nobody else can connect at any moment.
Result<Fd> listen_at(const std::string& path) {
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
  if (listen(listener.get(), kBacklog) != 0) {
    const Error error = system_error(path);
    unlink(path.c_str());
    return error;
  }
  return listener;
}

}  // namespace

Result<std::string> admin_socket_path(const server_rec* server, apr_pool_t* pool) {
  const std::string& given = state_of(server).admin_socket;
  if (given == kNoAdminSocket) {
    return std::string();
  }
  const char* full = ap_runtime_dir_relative(pool, given.c_str());
  if (full == nullptr) {
    return Error{"TorrentWsControlSocket: " + given + " is no path; give one, or off", {}};
  }
  std::string path = full;
  if (path.size() > kMaxPath) {
    return Error{"TorrentWsControlSocket: " + path + " is longer than the " + std::to_string(kMaxPath) +
                     " bytes that a socket's path may have; give a shorter one, or off",
                 {}};
  }
  // The default one's may be made just before httpd starts.
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  if (given != kDefaultAdminSocket && !is_folder(folder)) {
    return Error{"TorrentWsControlSocket: there is no folder " + folder + "; create it, or give another path, or off",
                 {}};
  }
  if (!is_socket_or_nothing(path)) {
    return Error{"TorrentWsControlSocket: " + path + " is there and no socket; give another path, or off", {}};
  }
  return path;
}

Status open_admin_socket(AdminSocket& socket, const std::string& path) {
  close_admin_socket(socket);
  if (path != socket.path) {
    remove_admin_socket(socket);
  }
  if (path.empty()) {
    return Done{};
  }
  const std::string fresh = path + kNewSuffix;
  if (!is_socket_or_nothing(fresh)) {
    return Error{fresh + " is there and no socket; remove it", {}};
  }
  auto listener = listen_at(fresh);
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

void close_admin_socket(AdminSocket& socket) {
  if (socket.descriptor >= 0) {
    close(socket.descriptor);
    socket.descriptor = -1;
  }
}

void remove_admin_socket(AdminSocket& socket) {
  struct stat file {};
  if (*socket.path != '\0' && lstat(socket.path, &file) == 0 && file.st_dev == socket.device &&
      file.st_ino == socket.inode) {
    unlink(socket.path);
  }
  *socket.path = '\0';
}

}  // namespace tws::apache
