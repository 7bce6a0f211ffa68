// ListWindows: the jobs `torrents.window`, watches of parts of the daemon's list, and `torrents.window.get`, which is
// answered once (docs/worker-protocol.md). Worker's thread.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <vector>

#include "worker/daemon.hpp"
#include "worker/job_socket.hpp"
#include "worker/list_reader.hpp"
#include "worker/list_window.hpp"
#include "worker/torrent_encoding.hpp"

namespace tws::worker {

class ListWindows final : private ListListener {
 public:
  // All must outlive it.
  ListWindows(const Daemon& daemon, ListReader& reader, JobSocket& socket, const DaemonConfig& config);

  // Begins a watch, or changes the forms that a running one of this id sends: a snapshot follows either way. The error
  // is for the job's answer.
  Status start(std::int64_t id, const json_t* arguments);
  // Ignores any id but a watch's.
  void cancel(std::int64_t id);

  // Takes a job `torrents.window.get`: answered with the next tick, or when the list is here.
  void get(std::int64_t id, const JobFrame& job);
  void tick(Timers& timers);

 private:
  struct Watch {
    std::vector<TailForm> forms;
    ListWindow window;
    bool snapshot_sent = false;
  };
  struct Get {
    std::int64_t id;
    WindowSpec spec;
    ListFormat format;
    Clock::time_point deadline;
  };

  // ListListener
  void on_list() override;
  void on_delta(const ListDelta& delta, const json_t* totals) override;

  // The list is read while somebody wants a part of it.
  void listen();
  void stop_listening_if_idle(Timers& timers);

  void publish_snapshot(std::int64_t id, Watch& watch);
  void publish(std::int64_t id, const Watch& watch, const WindowDelta& delta, const json_t* totals);
  void send_tails(std::int64_t id, const char* kind, const Watch& watch, const ListDelta& torrents, const Json& further,
                  bool continues);
  // The members of a tail that say where the torrents are.
  void add_order(const Json& further, const ListWindow& window) const;
  // False while it has to wait.
  bool answer(const Get& get, Timers& timers);
  [[nodiscard]] std::string result_of(const Get& get) const;

  const Daemon& daemon_;
  ListReader& reader_;
  JobSocket& socket_;
  std::string daemon_name_;
  TorrentEncoder encoder_;

  bool listening_ = false;
  Clock::time_point listen_until_{};  // though nobody waits
  ListIndex index_;                   // of the reader's list, while it has one
  std::map<std::int64_t, Watch> watches_;
  std::list<Get> gets_;
};

}  // namespace tws::worker
