// DetailWatch: the jobs `torrents.detail`, one for each torrent that somebody has open. Reads all of them with one
// request in each interval, one request at a time, and tells the event loop of each change
// (docs/worker-protocol.md).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "worker/daemon.hpp"
#include "worker/job_socket.hpp"
#include "worker/tail_form.hpp"
#include "worker/torrent_detail.hpp"
#include "worker/torrent_list.hpp"

namespace tws::worker {

class DetailWatch {
 public:
  // Both must outlive it.
  DetailWatch(Daemon& daemon, JobSocket& socket) : daemon_(daemon), socket_(socket) {}

  // Opens a torrent, or changes the forms in which a watch of this id tells of it: a snapshot follows either way, or
  // that it is gone. The error is for the job's answer.
  Status start(std::int64_t id, const json_t* arguments);
  // Nothing more is asked for this watch. Ignores ids of others.
  void cancel(std::int64_t id) { open_.erase(id); }

  // Starts the next request, if one is due. While a command waits, what is open already waits for one interval.
  void tick(Timers& timers, bool command_waits);

  // What commands did: read again, or told as gone, at once.
  void touched(const HashSet& hashes);
  void removed(const HashSet& hashes);

 private:
  enum class State { kUnknown, kKnown, kGone };
  struct Open {
    std::string hash;
    std::vector<TailForm> forms;
    State state = State::kUnknown;
    bool is_due = true;      // to be read at once, with its files
    bool is_edited = false;  // just now: more that is done in the same second does not show in its editDate
    TorrentDetail detail{};
  };
  using Ids = std::set<std::int64_t>;

  void read_version();
  // Those that are due; or the next ones in turn.
  [[nodiscard]] Ids due() const;
  Ids next();
  void read(Ids ids, bool with_files);
  void take(const Ids& ids, const json_t* torrents, bool with_files);
  void take(std::int64_t id, Open& open, const json_t* torrent, bool with_files);
  void give_up();
  void tell_gone(std::int64_t id, Open& open);
  void send(std::int64_t id, const Open& open, const char* kind, const Json& members, bool continues = false);

  Daemon& daemon_;
  JobSocket& socket_;
  std::map<std::int64_t, Open> open_;  // by the watch's id
  bool reading_ = false;
  HashSet removed_;        // since the request under way was sent
  std::int64_t last_ = 0;  // that was read in turn
  Clock::time_point next_poll_{};
  Clock::time_point not_before_{};
};

}  // namespace tws::worker
