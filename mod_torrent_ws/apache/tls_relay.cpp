#include "apache/tls_relay.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "apache/tls_pump.hpp"

namespace tws::apache {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kRecord = 16UL << 10;
constexpr auto kLinger = std::chrono::seconds(5);
constexpr int kLingerTickMs = 1000;

// What epoll gives back: which connection, and 0 for the wake-up. Ids are never used again, so an
// event that was queued for a connection that is gone finds nothing.
using ConnectionId = std::uint64_t;
constexpr ConnectionId kWakeUp = 0;

}  // namespace

class TlsRelay::Loop {
 public:
  Loop()
      : epoll_(epoll_create1(EPOLL_CLOEXEC)),
        wake_up_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        bare_context_(SSL_CTX_new(TLS_server_method())) {
    watch(wake_up_.get(), EPOLL_CTL_ADD, EPOLLIN, kWakeUp);
  }

  ~Loop() {
    if (thread_.joinable()) {
      {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
      }
      wake();
      thread_.join();
    }
  }

  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void adopt(TlsConnection connection) {
    // Away from mod_ssl's context, whose callbacks expect a connection of httpd's.
    SSL_set_SSL_CTX(connection.ssl.get(), bare_context_.get());
    {
      const std::lock_guard lock(mutex_);
      adopted_.push_back(std::move(connection));
      if (!thread_.joinable()) {
        start_thread();
      }
    }
    wake();
  }

 private:
  struct ContextFree {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };

  struct Relayed {
    explicit Relayed(TlsConnection connection) : pump(std::move(connection)) {}
    TlsPump pump;
    TlsInterest watched;
    bool lingering = false;
    Clock::time_point linger_end;
  };

  // The thread takes no signals: httpd handles them in threads of its own.
  void start_thread() {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  void wake() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(wake_up_.get(), &one, sizeof one);
  }

  void watch(int fd, int operation, unsigned events, ConnectionId id) const {
    epoll_event event{};
    event.events = events;
    event.data.u64 = id;
    epoll_ctl(epoll_.get(), operation, fd, &event);
  }

  void run() {
    std::array<epoll_event, 256> events{};
    while (take_adopted()) {
      int timeout = lingering_ > 0 ? kLingerTickMs : -1;
      if (!busy_.empty()) {
        timeout = 0;
      }
      const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout);
      for (const ConnectionId id : std::exchange(busy_, {})) {
        serve(id);
      }
      for (int i = 0; i < count; ++i) {
        serve(events.at(static_cast<std::size_t>(i)).data.u64);
      }
      end_lingering();
    }
    relayed_.clear();
  }

  // False when the relay is to stop.
  bool take_adopted() {
    std::vector<TlsConnection> adopted;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) {
        return false;
      }
      adopted.swap(adopted_);
    }
    for (auto& connection : adopted) {
      const ConnectionId id = ++last_id_;
      relayed_.emplace(id, std::make_unique<Relayed>(std::move(connection)));
      serve(id);
    }
    return true;
  }

  void serve(ConnectionId id) {
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
      case PumpOutcome::kLingering:
        if (!relayed.lingering) {
          relayed.lingering = true;
          relayed.linger_end = Clock::now() + kLinger;
          ++lingering_;
        }
        break;
      case PumpOutcome::kWaiting:
        break;
    }
    update_interest(id, relayed);
  }

  // A descriptor with no interest leaves epoll altogether, or its EPOLLHUP would spin.
  void update_interest(ConnectionId id, Relayed& relayed) const {
    const TlsInterest wanted = relayed.pump.interest();
    update_one(relayed.pump.client(), relayed.watched.client, wanted.client, id);
    update_one(relayed.pump.plain(), relayed.watched.plain, wanted.plain, id);
    relayed.watched = wanted;
  }

  void update_one(int fd, unsigned before, unsigned wanted, ConnectionId id) const {
    if (before == wanted) {
      return;
    }
    if (wanted == 0) {
      watch(fd, EPOLL_CTL_DEL, 0, id);
    } else {
      watch(fd, before == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, wanted, id);
    }
  }

  using Table = std::unordered_map<ConnectionId, std::unique_ptr<Relayed>>;

  Table::iterator forget(Table::iterator found) {
    // Out of epoll before close: httpd may still hold a copy of the descriptor, which would keep it in.
    update_one(found->second->pump.client(), found->second->watched.client, 0, found->first);
    update_one(found->second->pump.plain(), found->second->watched.plain, 0, found->first);
    lingering_ -= found->second->lingering ? 1 : 0;
    return relayed_.erase(found);
  }

  void end_lingering() {
    if (lingering_ == 0) {
      return;
    }
    const auto now = Clock::now();
    for (auto at = relayed_.begin(); at != relayed_.end();) {
      at = at->second->lingering && at->second->linger_end < now ? forget(at) : std::next(at);
    }
  }

  Fd epoll_;
  Fd wake_up_;
  std::unique_ptr<SSL_CTX, ContextFree> bare_context_;

  std::mutex mutex_;  // guards the next three
  std::vector<TlsConnection> adopted_;
  bool stopping_ = false;
  std::thread thread_;

  // The thread's own.
  std::unordered_map<ConnectionId, std::unique_ptr<Relayed>> relayed_;
  std::vector<ConnectionId> busy_;
  std::array<char, kRecord> scratch_{};
  ConnectionId last_id_ = kWakeUp;
  int lingering_ = 0;
};

TlsRelay::TlsRelay() : loop_(std::make_unique<Loop>()) {}
TlsRelay::~TlsRelay() = default;

void TlsRelay::adopt(TlsConnection connection) { loop_->adopt(std::move(connection)); }

}  // namespace tws::apache
