#include "admin/admin_server.hpp"

#include <sys/socket.h>

#include "admin/admin_answers.hpp"

namespace tws {

namespace {

constexpr std::size_t kMaxClients = 16;

// For one that is not served: what fits into its socket at once.
void refuse(const Fd& socket, std::string_view why) {
  const std::string answer = error_answer(why) + "\n";
  [[maybe_unused]] const auto sent = send(socket.get(), answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace

AdminServer::AdminServer(struct ev_loop* loop, const Log& log, const wamp::Realms& realms,
                         std::function<std::string()> status)
    : loop_(loop),
      log_(log),
      desk_{log, realms, std::move(status), {loop, realms}},
      listener_(loop, [this](Fd socket, const ucred& peer) { take(std::move(socket), peer); }),
      clients_(loop) {}

void AdminServer::listen(Fd socket, uid_t user) {
  user_ = user;
  listener_.listen(std::move(socket));
  if (!listener_) {
    clients_.end_all();
  }
}

void AdminServer::take(Fd socket, const ucred& peer) {
  if (peer.uid != 0 && peer.uid != user_) {
    log_.write(LogLevel::kWarning, "TWS0110",
               "a process of user " + std::to_string(peer.uid) +
                   " is no administrator; look at the mode and folder of TorrentWsControlSocket");
    return;
  }
  if (clients_.size() >= kMaxClients) {
    refuse(socket, "there are " + std::to_string(kMaxClients) + " torrent-wsctl already; end one that watches");
    return;
  }
  clients_.add(std::make_unique<AdminClient>(loop_, std::move(socket), peer, desk_, [this] { clients_.reap(); }));
}

}  // namespace tws
