// The relay's loop over its connections: epoll and pumps. It runs in the relay thread of an httpd child,
// or in a relay process.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <unordered_map>
#include <vector>

#include "apache/tls_pump.hpp"
#include "apache/tls_relay.hpp"

namespace tws::apache {

// What a relay process tells torrent-ws.
struct TlsRelayReports {
  std::function<void(std::size_t)> on_count;             // the number of connections has changed
  std::function<void(std::uint64_t cookie)> on_expired;  // this connection's time is up
};

class TlsRelayLoop {
 public:
  TlsRelayLoop();
  // False when there were no descriptors or no memory: then it is good for nothing.
  [[nodiscard]] bool is_usable() const { return epoll_ && wake_up_ && bare_context_; }

  // Any thread.
  void adopt(TlsConnection connection);
  // Any thread, also in a signal handler (prefork's end): they take no lock.
  void stop();    // run() returns at once
  void finish();  // run() returns when the last connection has gone
  [[nodiscard]] bool has_ended() const { return ended_; }

  void run(const TlsRelayReports& reports = {});

  // The following are for when no run() is under way.

  [[nodiscard]] bool has_connections() const { return !relayed_.empty() || !adopted_.empty(); }
  [[nodiscard]] std::size_t connection_count() const { return relayed_.size() + adopted_.size(); }
  [[nodiscard]] std::set<int> descriptors() const;
  // In a process that was forked: an epoll of its own (the old one is shared with the parent), and no
  // callback into httpd's session cache.
  void move_to_this_process();
  // The connections that there are end within `lifetime`, each at a random moment of its last quarter, so
  // that their clients do not all come back at once.
  void limit_lifetime(std::chrono::milliseconds lifetime);

 private:
  using Clock = std::chrono::steady_clock;
  // What epoll gives back: which connection, and 0 for the wake-up. Ids are never used again, so an
  // event that was queued for a connection that is gone finds nothing.
  using ConnectionId = std::uint64_t;

  static constexpr std::size_t kRecord = 16UL << 10;

  struct ContextFree {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  struct Relayed {
    explicit Relayed(TlsConnection connection) : pump(std::move(connection)) {}
    TlsPump pump;
    TlsInterest watched;
    bool lingering = false;
    Clock::time_point linger_end;
    Clock::time_point expiry = Clock::time_point::max();
  };
  using Table = std::unordered_map<ConnectionId, std::unique_ptr<Relayed>>;

  void make_descriptors();
  void wake() const;
  void watch(int fd, int operation, unsigned events, ConnectionId id) const;
  bool take_adopted();
  void serve(ConnectionId id);
  void update_interest(ConnectionId id, Relayed& relayed) const;
  void update_one(int fd, unsigned before, unsigned wanted, ConnectionId id) const;
  Table::iterator forget(Table::iterator found);
  void begin_lingering(Relayed& relayed);
  void end_lingering();
  void end_expired(const TlsRelayReports& reports);
  [[nodiscard]] int wait_time() const;

  Fd epoll_;
  Fd wake_up_;
  std::unique_ptr<SSL_CTX, ContextFree> bare_context_;

  std::mutex mutex_;  // guards adopted_
  std::vector<TlsConnection> adopted_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> finishing_ = false;
  std::atomic<bool> ended_ = false;

  // The running thread's own.
  Table relayed_;
  std::vector<ConnectionId> busy_;
  std::array<char, kRecord> scratch_{};
  ConnectionId last_id_ = 0;
  int lingering_ = 0;
  Clock::time_point next_expiry_ = Clock::time_point::max();
};

}  // namespace tws::apache
