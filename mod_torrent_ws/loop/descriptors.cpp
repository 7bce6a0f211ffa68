#include "loop/descriptors.hpp"

#include <sys/resource.h>

#include <string>

#include "loop/refusal.hpp"

namespace tws {

namespace {

constexpr rlim_t kReserve = 16;

// It may be changed from outside while we run.
rlim_t descriptor_limit() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : RLIM_INFINITY;
}

}  // namespace

// The kernel gives the lowest free number, so all below it are in use.
bool Descriptors::admit(const Fd& socket) {
  if (static_cast<rlim_t>(socket.get()) + kReserve < descriptor_limit()) {
    return true;
  }
  refuse_client(socket.get());
  tell();
  return false;
}

void Descriptors::on_lost() { tell(); }

void Descriptors::tell() {
  ++refused_;
  if (const auto others = told_.take()) {
    log_.write(LogLevel::kWarning, "TWS0204",
               "connection refused: no descriptor is left for it, torrent-ws may have " +
                   std::to_string(descriptor_limit()) +
                   "; raise the limit of open files (LimitNOFILE of httpd's service, ulimit -n -H, fs.file-max), or "
                   "lower TorrentWsMaxConnections" +
                   *others);
  }
}

}  // namespace tws
