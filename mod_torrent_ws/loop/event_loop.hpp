// EventLoop: the dedicated thread that all connections live in. It puts the parts together: handover
// socket → WebSocket server → WAMP sessions → topics and procedures → jobs for workers, and back.
// It never waits for anything but its own descriptors.
#pragma once

#include <ev.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "admin/admin_server.hpp"
#include "bridge/bridges.hpp"
#include "handlers/handlers.hpp"
#include "jobs/jobs.hpp"
#include "jobs/worker_processes.hpp"
#include "loop/drain.hpp"
#include "loop/mailbox.hpp"
#include "loop/relay_processes.hpp"
#include "support/fd.hpp"
#include "support/log.hpp"
#include "support/unix_message.hpp"
#include "topics/commands_topic.hpp"
#include "topics/detail_topic.hpp"
#include "topics/list_calls.hpp"
#include "topics/preferences_topic.hpp"
#include "topics/session_topic.hpp"
#include "topics/torrents_topic.hpp"
#include "topics/window_topic.hpp"
#include "wamp/realm.hpp"
#include "websocket/websocket_server.hpp"
#include "wire/configuration.hpp"

namespace tws {

class EventLoop {
 public:
  // `ask` is called by the event-loop thread. `on_left` is called by the event-loop thread when leave() is done.
  EventLoop(const Log& log, Configuration configuration, Fd handover_socket, Fd access_log, const WorkerRequests& ask,
            std::function<void()> on_left);
  // Leaves at once, unless it has.
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // The following are for the main thread.

  // Starts the thread; false when libwebsockets does not start.
  bool start();
  void attach_worker(StartedWorker worker);
  // It has more memory than it may have.
  void recycle_worker(pid_t pid, std::size_t resident);
  void reconfigure(Configuration configuration, Fd access_log);
  // Where torrent-wsctl connects from now on: a listening socket, or none. root and this user may.
  void serve_admins(Fd listener, uid_t user);
  // Where local programs connect to publish: the same.
  void serve_publishers(Fd listener);
  // Says good-bye to all, evenly over `drain`, and ends the thread; takes no more connections then. Returns
  // at once; a second call may cut the first one's drain short.
  void leave(CloseCode code, std::chrono::milliseconds drain);
  [[nodiscard]] bool has_left() const { return left_; }
  // Counts the turns of its clock: it stands still only when the thread hangs.
  [[nodiscard]] std::uint64_t heartbeat() const { return heartbeat_; }

 private:
  static void on_handover(struct ev_loop* loop, ev_io* watcher, int events);
  static void on_tick(struct ev_loop* loop, ev_timer* watcher, int events);
  void run();
  void look_after_workers();
  void take_handovers();
  Status take_handover(ReceivedMessage& message);
  void answer_status(Fd socket);
  [[nodiscard]] std::string status_json() const;
  void apply_limits();
  void apply_policies();
  void make_torrents_realm();
  void make_feeds();
  void make_handlers(const std::function<void(pid_t)>& replace_worker);
  std::unique_ptr<Protocol> make_protocol(const Handover& handover, Transport& transport);
  [[nodiscard]] std::size_t open_count() const;
  void close_some(std::chrono::steady_clock::time_point now);

  const Log& log_;
  Configuration configuration_;
  Fd handover_socket_;
  struct ev_loop* loop_;
  Mailbox mailbox_;
  Jobs jobs_;
  RelayProcesses relays_;
  wamp::Realms realms_;
  Feeds feeds_;
  std::unique_ptr<TorrentsTopic> torrents_topic_;
  std::unique_ptr<SessionTopic> session_topic_;
  std::unique_ptr<DetailTopic> detail_topic_;
  std::unique_ptr<CommandsTopic> commands_topic_;
  std::unique_ptr<WindowTopic> window_topic_;
  std::unique_ptr<PreferencesTopic> preferences_topic_;
  std::unique_ptr<ListCalls> list_calls_;
  std::unique_ptr<Handlers> handlers_;
  // Destroyed before the realms: its connections hold their sessions.
  std::unique_ptr<WebSocketServer> server_;
  std::unique_ptr<AdminServer> admin_server_;
  std::unique_ptr<Bridges> bridges_;
  ev_io handover_ready_{};
  ev_timer tick_{};
  std::chrono::steady_clock::time_point last_tick_ = std::chrono::steady_clock::now();
  bool spared_workers_ = false;  // in the last tick
  bool leaving_ = false;
  CloseCode leave_code_ = CloseCode::kGoingAway;
  Drain drain_;
  std::function<void()> on_left_;
  std::atomic<bool> left_ = false;
  std::atomic<std::uint64_t> heartbeat_ = 0;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::thread thread_;
};

}  // namespace tws
