// ListWatch: the job `torrents.watch`. Reads the daemon's list in turns, one request at a time, and tells
// the event loop of each change (docs/worker-protocol.md).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "worker/daemon.hpp"
#include "worker/detail_watch.hpp"
#include "worker/job_socket.hpp"
#include "worker/torrent_encoding.hpp"
#include "worker/torrent_list.hpp"

namespace tws::worker {

class ListWatch {
 public:
  // All must outlive it. `details` are told what commands did, too.
  ListWatch(Daemon& daemon, DetailWatch& details, JobSocket& socket, const DaemonConfig& config);

  // Begins, or changes what a running watch of this id sends: a snapshot follows either way. The error is
  // for the job's answer.
  Status start(std::int64_t id, const json_t* arguments);
  // Nothing more is asked for this watch. Ignores any other id.
  void cancel(std::int64_t id);

  // Sends what is due and starts the next request. While a command waits, the list waits for one interval.
  void tick(Timers& timers, bool command_waits);

  // What commands did: read again, or published as gone, at once.
  void touched(const HashSet& hashes);
  void removed(const HashSet& hashes);
  void settings_changed() { settings_due_ = true; }

 private:
  enum class Selection { kAll, kRecentlyActive, kTouched };

  void start_next_request(Timers& timers, bool command_waits);
  void read_settings();
  void poll(Selection selection);
  void read_list(Selection selection);
  void take_list(Selection selection, const json_t* arguments);
  void ask(RpcRequest request, std::function<void(const json_t* arguments)> then);
  void give_up(const std::string& reason);
  [[nodiscard]] bool list_is_current(Clock::time_point now) const;

  void publish(const ListDelta& delta);
  void publish_snapshot();
  void publish_session();
  void publish_state();
  Json changed_totals();
  void send(const char* kind, const Json& members, const std::string& body = {});
  void send_tails(const char* kind, const Json& members, const ListDelta& delta, const Json& totals);

  Daemon& daemon_;
  DetailWatch& details_;
  JobSocket& socket_;
  TorrentEncoder encoder_;
  Milliseconds interval_;

  std::optional<std::int64_t> id_;  // while it runs
  unsigned run_ = 0;                // answers to requests of an earlier run are dropped
  std::vector<TailForm> forms_;

  TorrentList list_;
  unsigned list_session_ = 0;      // the daemon's session that list_ is of
  Clock::time_point list_read_{};  // when what has come of it last was asked for
  double updated_ = 0;             // when it came, Unix seconds
  HashSet due_;                    // torrents to read whole
  HashSet requested_;              // those that the request under way is for
  HashSet touched_;                // those that a command touched since that request was sent
  HashSet settling_;               // those to be read once more at settled_at_
  Clock::time_point settled_at_{};
  Json stats_{json_object()};  // the daemon's session-stats

  bool reading_ = false;
  bool settings_due_ = true;
  Clock::time_point next_poll_{};
  Clock::time_point next_sweep_{};

  // As last sent.
  bool snapshot_sent_ = false;
  Json totals_{json_object()};
  std::string session_text_;
  unsigned state_revision_ = 0;
  Clock::time_point last_frame_{};
};

}  // namespace tws::worker
