// ListWatch: the job `torrents.watch`. Tells the event loop of each change of the daemon's list, of the daemon's state
// and its totals (docs/worker-protocol.md). Worker's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "worker/daemon.hpp"
#include "worker/job_socket.hpp"
#include "worker/list_reader.hpp"
#include "worker/torrent_encoding.hpp"

namespace tws::worker {

class ListWatch final : private ListListener {
 public:
  // All must outlive it.
  ListWatch(const Daemon& daemon, ListReader& reader, JobSocket& socket, const DaemonConfig& config);

  // Begins, or changes what a running watch of this id sends: a snapshot follows either way, unless it is paused, in
  // which case nothing is asked. The error is for the job's answer.
  Status start(std::int64_t id, const json_t* arguments);
  // Nothing more is asked for this watch. Ignores any other id.
  void cancel(std::int64_t id);

  // Sends what is due.
  void tick(Timers& timers);

 private:
  // ListListener
  void on_list() override { publish_snapshot(); }
  void on_delta(const ListDelta& delta, const json_t* totals) override;
  void on_session() override;
  [[nodiscard]] bool needs_news() const override { return !paused_; }

  void publish_snapshot();
  void publish_state();
  void send(const char* kind, const Json& members, const std::string& body = {});
  void send_tails(const char* kind, const Json& members, const ListDelta& delta, const json_t* totals);

  const Daemon& daemon_;
  ListReader& reader_;
  JobSocket& socket_;
  TorrentEncoder encoder_;

  std::optional<std::int64_t> id_;  // while it runs
  std::vector<TailForm> forms_;
  bool paused_ = false;

  // As last sent.
  bool snapshot_sent_ = false;
  std::string session_text_;
  std::optional<unsigned> state_revision_;
  Clock::time_point last_frame_{};
};

}  // namespace tws::worker
