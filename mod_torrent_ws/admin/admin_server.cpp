#include "admin/admin_server.hpp"

#include <sys/socket.h>

#include <cerrno>

#include "admin/admin_answers.hpp"

namespace tws {

namespace {

constexpr std::size_t kMaxClients = 16;
constexpr int kAcceptsPerTurn = 16;
constexpr double kRetrySeconds = 1;

// For one that is not served: what fits into its socket at once.
void refuse(const Fd& socket, std::string_view why) {
  const std::string answer = error_answer(why) + "\n";
  [[maybe_unused]] const auto sent = send(socket.get(), answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace

AdminServer::AdminServer(struct ev_loop* loop, const Log& log, const wamp::Realms& realms,
                         std::function<std::string()> status)
    : loop_(loop), log_(log), desk_{log, realms, std::move(status), {loop, realms}} {
  ev_timer_init(&retry_, on_retry, 0, kRetrySeconds);
  ev_timer_init(&reap_, on_reap, 0, 0);
  connection_.data = retry_.data = reap_.data = this;
}

AdminServer::~AdminServer() {
  ev_io_stop(loop_, &connection_);
  ev_timer_stop(loop_, &retry_);
  clients_.clear();
  ev_timer_stop(loop_, &reap_);
}

void AdminServer::listen(Fd socket, uid_t user) {
  user_ = user;
  if (listener_) {
    // Who came to the former socket in time is served as well.
    accept_some();
    ev_io_stop(loop_, &connection_);
    ev_timer_stop(loop_, &retry_);
  }
  listener_ = std::move(socket);
  if (listener_) {
    ev_io_init(&connection_, on_connection, listener_.get(), EV_READ);
    ev_io_start(loop_, &connection_);
    return;
  }
  for (const auto& client : clients_) {
    client->end();
  }
}

void AdminServer::on_connection(struct ev_loop* /*loop*/, ev_io* watcher, int /*events*/) {
  static_cast<AdminServer*>(watcher->data)->accept_some();
}

void AdminServer::on_retry(struct ev_loop* loop, ev_timer* watcher, int /*events*/) {
  ev_timer_stop(loop, watcher);
  ev_io_start(loop, &static_cast<AdminServer*>(watcher->data)->connection_);
}

void AdminServer::on_reap(struct ev_loop* /*loop*/, ev_timer* watcher, int /*events*/) {
  std::erase_if(static_cast<AdminServer*>(watcher->data)->clients_,
                [](const auto& client) { return client->has_ended(); });
}

void AdminServer::accept_some() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    Fd socket(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket) {
      take(std::move(socket));
    } else if (errno != EINTR && errno != ECONNABORTED) {
      if (errno != EAGAIN) {
        // The connection stays in the queue, and the socket readable.
        ev_io_stop(loop_, &connection_);
        ev_timer_again(loop_, &retry_);
      }
      return;
    }
  }
}

void AdminServer::take(Fd socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || (peer.uid != 0 && peer.uid != user_)) {
    log_.write(LogLevel::kWarning, "TWS0110",
               "a process of user " + std::to_string(peer.uid) +
                   " is no administrator; look at the mode and folder of TorrentWsControlSocket");
    return;
  }
  if (clients_.size() >= kMaxClients) {
    refuse(socket, "there are " + std::to_string(kMaxClients) + " torrent-wsctl already; end one that watches");
    return;
  }
  clients_.push_back(
      std::make_unique<AdminClient>(loop_, std::move(socket), peer, desk_, [this] { ev_timer_start(loop_, &reap_); }));
}

}  // namespace tws
