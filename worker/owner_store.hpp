// OwnerStore: who added a daemon's torrents, in memory and in the database (conf/schema.sql). Waits for nobody: what
// cannot be written now, as another one writes, is written a little later. Worker's thread.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "worker/daemon_config.hpp"
#include "worker/database.hpp"
#include "worker/job_socket.hpp"
#include "worker/timers.hpp"
#include "worker/torrent_list.hpp"

namespace tws::worker {

class OwnerStore {
 public:
  // So many changes wait to be written; what is more is known until the owners are read again.
  static constexpr std::size_t kMaxUnwritten = 100'000;

  // Both must outlive it. Where the configuration names no database nobody owns anything.
  OwnerStore(const DaemonConfig& config, JobSocket& log);
  // Tries once more to write what waits.
  ~OwnerStore();
  OwnerStore(const OwnerStore&) = delete;
  OwnerStore& operator=(const OwnerStore&) = delete;

  // As last read, and with all that was set.
  [[nodiscard]] const Owners& owners() const { return owners_; }

  // Takes over what others have written. False where the database cannot be read: everything stays as it is.
  bool read(Clock::time_point now);
  // These count at once, and are written with the next tick().
  // No user: it is nobody's.
  void set(const std::string& hash, std::string_view user);
  // The torrent is seen to be gone. Another process may have added it again by now: what it wrote stays.
  void forget(const std::string& hash);
  // `torrents` are all there are: who is in none of two successive ones is forgotten.
  void forget_others(const TorrentList::Torrents& torrents);
  void tick(Timers& timers);

 private:
  struct Change {
    std::string user;                   // as in set()
    std::optional<std::string> former;  // only if it is still his
  };

  Result<Owners> read_all();
  Status write_some();
  void change(const std::string& hash, Change change);
  void failed(const Error& error, Clock::time_point now);
  void recovered();

  const std::string& daemon_;
  JobSocket& log_;
  std::optional<Database> database_;
  Owners owners_;
  std::map<std::string, Change> unwritten_;  // by hash
  HashSet missing_;                          // of the owners, in the list that was read last
  Clock::time_point write_at_{};
  std::optional<Clock::time_point> failing_since_;
  bool failure_logged_ = false;
};

}  // namespace tws::worker
