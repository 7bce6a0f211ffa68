// ListReader: reads the daemon's list in turns, one request at a time, while somebody needs it, and tells them of each
// change. Worker's thread.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "worker/daemon.hpp"
#include "worker/job_socket.hpp"
#include "worker/owner_store.hpp"
#include "worker/torrent_list.hpp"

namespace tws::worker {

// Somebody who needs the list. Does not leave while it is told something.
class ListListener {
 public:
  virtual ~ListListener() = default;

  // The list is here. Before that, and after the reader had nothing to do, there is none.
  virtual void on_list() = 0;
  // The daemon was asked again: what changed since, possibly nothing. `totals` is a dictionary of those that changed.
  virtual void on_delta(const ListDelta& delta, const json_t* totals) = 0;
  // The daemon's statistics or settings were read.
  virtual void on_session() {}
  // Whether the daemon is to be asked for it, or only to be kept until somebody looks again.
  [[nodiscard]] virtual bool needs_news() const { return true; }
};

class ListReader {
 public:
  // All must outlive it. `socket`: nothing more is read than the event loop takes.
  ListReader(Daemon& daemon, OwnerStore& owners, const JobSocket& socket, const DaemonConfig& config);

  // It reads while there is a listener who needs news, and keeps the list while there is any. A listener who comes when
  // there is a list has to look at it himself.
  void add(ListListener* listener);
  void remove(const ListListener* listener);

  // What commands did: read again, or told as gone, at once.
  void touched(const HashSet& hashes);
  // Before it is touched. `user`: who added it; empty where nobody knows.
  void added(const std::string& hash, std::string_view user) { owners_.set(hash, user); }
  void removed(const HashSet& hashes);
  void settings_changed() { settings_due_ = true; }

  // Starts the next request if one is due. While a command waits, the list waits for one interval.
  void tick(Timers& timers, bool command_waits);

  [[nodiscard]] bool has_list() const { return has_list_; }
  // Whether it shows all that commands did, and the daemon's last news.
  [[nodiscard]] bool is_current(Clock::time_point now) const;
  // Whether it shows the daemon's last news: it was read not long ago, since the daemon was started.
  [[nodiscard]] bool covers_gap(Clock::time_point now) const;
  [[nodiscard]] const TorrentList& list() const { return list_; }
  // The totals of the list as last told (downloadSpeed, …), and session-stats as last read: dictionaries.
  [[nodiscard]] const Json& totals() const { return totals_; }
  [[nodiscard]] const Json& stats() const { return stats_; }
  // When the daemon last gave its torrents, Unix seconds; 0 before.
  [[nodiscard]] double updated() const { return updated_; }

 private:
  enum class Selection { kAll, kRecentlyActive, kTouched };
  // Those that are to be read once more.
  struct Settling {
    Clock::time_point at;
    HashSet hashes;
  };

  void start();
  void stop();
  void start_next_request(Timers& timers, bool command_waits);
  void read_settings();
  void poll(Selection selection);
  void read_list(Selection selection);
  void take_list(Selection selection, const json_t* arguments);
  void forget_owners(const ListDelta& delta, bool is_of_all);
  void ask(RpcRequest request, std::function<void(const json_t* arguments)> then);
  void give_up(const std::string& reason);
  [[nodiscard]] bool is_needed() const;

  void tell(const ListDelta& delta);
  void tell_session();
  Json changed_totals();

  Daemon& daemon_;
  OwnerStore& owners_;
  const JobSocket& socket_;
  Milliseconds interval_;

  std::vector<ListListener*> listeners_;
  unsigned run_ = 0;  // answers to requests of an earlier run are dropped

  TorrentList list_;
  bool has_list_ = false;
  unsigned list_session_ = 0;      // the daemon's session that list_ is of
  Clock::time_point list_read_{};  // when what has come of it last was asked for
  double updated_ = 0;
  HashSet due_;                    // torrents to read whole
  HashSet requested_;              // those that the request under way is for
  HashSet touched_;                // those that a command touched since that request was sent
  std::deque<Settling> settling_;  // in the order of their times
  Json stats_{json_object()};
  Json totals_{json_object()};

  bool reading_ = false;
  bool settings_due_ = true;
  Clock::time_point next_poll_{};
  Clock::time_point next_sweep_{};
};

}  // namespace tws::worker
