#include "apache/tls_relay_loop.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <utility>

#include "support/random.hpp"

namespace tws::apache {

namespace {

constexpr auto kLinger = std::chrono::seconds(10);
constexpr int kLingerTickMs = 1000;
constexpr std::int64_t kLongestWaitMs = 3'600'000;
constexpr std::uint64_t kWakeUp = 0;

}  // namespace

TlsRelayLoop::TlsRelayLoop() : bare_context_(SSL_CTX_new(TLS_server_method())) { make_descriptors(); }

void TlsRelayLoop::make_descriptors() {
  epoll_.reset(epoll_create1(EPOLL_CLOEXEC));
  wake_up_.reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  watch(wake_up_.get(), EPOLL_CTL_ADD, EPOLLIN, kWakeUp);
}

void TlsRelayLoop::adopt(TlsConnection connection) {
  // Away from mod_ssl's context, whose callbacks expect a connection of httpd's.
  SSL_set_SSL_CTX(connection.ssl.get(), bare_context_.get());
  {
    const std::lock_guard lock(mutex_);
    adopted_.push_back(std::move(connection));
  }
  wake();
}

void TlsRelayLoop::stop() {
  stopping_ = true;
  wake();
}

void TlsRelayLoop::finish() {
  finishing_ = true;
  wake();
}

std::set<int> TlsRelayLoop::descriptors() const {
  std::set<int> all = {epoll_.get(), wake_up_.get()};
  for (const auto& [id, relayed] : relayed_) {
    all.insert({relayed->pump.client(), relayed->pump.plain()});
  }
  for (const auto& connection : adopted_) {
    all.insert({connection.client.get(), connection.plain.get()});
  }
  return all;
}

void TlsRelayLoop::move_to_this_process() {
  stopping_ = false;
  make_descriptors();
  for (const auto& [id, relayed] : relayed_) {
    relayed->watched = {};
    relayed->pump.detach_session_cache();
    busy_.push_back(id);
  }
  for (const auto& connection : adopted_) {
    SSL_CTX_sess_set_remove_cb(connection.session_context, nullptr);
  }
}

void TlsRelayLoop::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(wake_up_.get(), &one, sizeof one);
}

void TlsRelayLoop::watch(int fd, int operation, unsigned events, ConnectionId id) const {
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;
  epoll_ctl(epoll_.get(), operation, fd, &event);
}

void TlsRelayLoop::limit_lifetime(std::chrono::milliseconds lifetime) {
  take_adopted();
  const auto now = Clock::now();
  for (const auto& [id, relayed] : relayed_) {
    relayed->expiry = now + random_in_last_quarter(lifetime);
    next_expiry_ = std::min(next_expiry_, relayed->expiry);
  }
}

void TlsRelayLoop::run(const TlsRelayReports& reports) {
  std::array<epoll_event, 256> events{};
  std::size_t counted = 0;
  while (take_adopted() && !(finishing_ && relayed_.empty())) {
    if (reports.on_count && counted != relayed_.size()) {
      counted = relayed_.size();
      reports.on_count(counted);
    }
    const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), wait_time());
    for (const ConnectionId id : std::exchange(busy_, {})) {
      serve(id);
    }
    for (int i = 0; i < count; ++i) {
      serve(events.at(static_cast<std::size_t>(i)).data.u64);
    }
    end_lingering();
    end_expired(reports);
  }
  ended_ = true;
}

int TlsRelayLoop::wait_time() const {
  if (!busy_.empty()) {
    return 0;
  }
  if (lingering_ > 0) {
    return kLingerTickMs;
  }
  if (next_expiry_ == Clock::time_point::max()) {
    return -1;
  }
  const auto rest = std::chrono::ceil<std::chrono::milliseconds>(next_expiry_ - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(rest, 0, kLongestWaitMs));
}

// False when the relay is to stop.
bool TlsRelayLoop::take_adopted() {
  if (stopping_) {
    return false;
  }
  std::vector<TlsConnection> adopted;
  {
    const std::lock_guard lock(mutex_);
    adopted.swap(adopted_);
  }
  for (auto& connection : adopted) {
    const ConnectionId id = ++last_id_;
    relayed_.emplace(id, std::make_unique<Relayed>(std::move(connection)));
    serve(id);
  }
  return true;
}

void TlsRelayLoop::serve(ConnectionId id) {
  if (id == kWakeUp) {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto size = read(wake_up_.get(), &count, sizeof count);
    return;
  }
  const auto found = relayed_.find(id);
  if (found == relayed_.end()) {
    return;
  }
  Relayed& relayed = *found->second;
  switch (relayed.pump.run(scratch_)) {
    case PumpOutcome::kFinished:
      forget(found);
      return;
    case PumpOutcome::kBusy:
      busy_.push_back(id);
      break;
    case PumpOutcome::kWaiting:
      break;
  }
  if (relayed.pump.is_leaving()) {
    begin_lingering(relayed);
  }
  update_interest(id, relayed);
}

// A descriptor with no interest leaves epoll altogether, or its EPOLLHUP would spin.
void TlsRelayLoop::update_interest(ConnectionId id, Relayed& relayed) const {
  const TlsInterest wanted = relayed.pump.interest();
  update_one(relayed.pump.client(), relayed.watched.client, wanted.client, id);
  update_one(relayed.pump.plain(), relayed.watched.plain, wanted.plain, id);
  relayed.watched = wanted;
}

void TlsRelayLoop::update_one(int fd, unsigned before, unsigned wanted, ConnectionId id) const {
  if (before == wanted) {
    return;
  }
  if (wanted == 0) {
    watch(fd, EPOLL_CTL_DEL, 0, id);
  } else {
    watch(fd, before == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, wanted, id);
  }
}

TlsRelayLoop::Table::iterator TlsRelayLoop::forget(Table::iterator found) {
  // Out of epoll before close: httpd may still hold a copy of the descriptor, which would keep it in.
  update_one(found->second->pump.client(), found->second->watched.client, 0, found->first);
  update_one(found->second->pump.plain(), found->second->watched.plain, 0, found->first);
  lingering_ -= found->second->lingering ? 1 : 0;
  return relayed_.erase(found);
}

void TlsRelayLoop::begin_lingering(Relayed& relayed) {
  if (!relayed.lingering) {
    relayed.lingering = true;
    relayed.linger_end = Clock::now() + kLinger;
    ++lingering_;
  }
}

// torrent-ws closes the connection; lingering is for when it or the client does not.
void TlsRelayLoop::end_expired(const TlsRelayReports& reports) {
  const auto now = Clock::now();
  if (now < next_expiry_) {
    return;
  }
  next_expiry_ = Clock::time_point::max();
  for (const auto& [id, relayed] : relayed_) {
    if (relayed->expiry > now) {
      next_expiry_ = std::min(next_expiry_, relayed->expiry);
    } else if (!relayed->lingering) {
      reports.on_expired(relayed->pump.plain_cookie());
      begin_lingering(*relayed);
    }
  }
}

void TlsRelayLoop::end_lingering() {
  if (lingering_ == 0) {
    return;
  }
  const auto now = Clock::now();
  for (auto at = relayed_.begin(); at != relayed_.end();) {
    at = at->second->lingering && at->second->linger_end < now ? forget(at) : std::next(at);
  }
}

}  // namespace tws::apache
