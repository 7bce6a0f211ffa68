// EventLoop: the dedicated thread that all connections live in. It puts the parts together: handover
// socket → WebSocket server → WAMP sessions → topics and procedures → jobs for workers, and back.
// It never waits for anything but its own descriptors.
#pragma once

#include <ev.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "loop/jobs.hpp"
#include "loop/mailbox.hpp"
#include "loop/relay_processes.hpp"
#include "loop/websocket_server.hpp"
#include "support/fd.hpp"
#include "support/log.hpp"
#include "topics/session_topic.hpp"
#include "topics/torrents_topic.hpp"
#include "wamp/realm.hpp"
#include "wire/configuration.hpp"

namespace tws {

class EventLoop {
 public:
  // Called by the event-loop thread, to have a worker killed that hangs.
  using ReplaceWorker = std::function<void(pid_t)>;

  EventLoop(const Log& log, Configuration configuration, Fd handover_socket, ReplaceWorker replace_worker);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // The following are for the main thread.

  // Starts the thread; false when libwebsockets does not start.
  bool start();
  void attach_worker(std::string name, pid_t pid, Fd socket, std::string configuration);
  void reconfigure(Configuration configuration);
  // Takes no more connections, says good-bye to all, and ends the thread; returns when it has ended.
  void stop();

 private:
  static void on_handover(struct ev_loop* loop, ev_io* watcher, int events);
  static void on_tick(struct ev_loop* loop, ev_timer* watcher, int events);
  void run();
  void take_handovers();
  void answer_status(Fd socket);
  [[nodiscard]] std::string status_json() const;
  void apply_limits();
  void make_torrents_realm();
  void make_feeds();
  std::unique_ptr<Protocol> make_protocol(const Handover& handover, Transport& transport);
  void redeem_token(const std::string& user, const std::string& token, const std::function<void(const Status&)>& done);
  void begin_shutdown();

  const Log& log_;
  Configuration configuration_;
  Fd handover_socket_;
  struct ev_loop* loop_;
  Mailbox mailbox_;
  Jobs jobs_;
  RelayProcesses relays_;
  std::map<std::string, std::unique_ptr<wamp::Realm>> realms_;
  Feeds feeds_;
  std::unique_ptr<TorrentsTopic> torrents_topic_;
  std::unique_ptr<SessionTopic> session_topic_;
  // Destroyed before the realms: its connections hold their sessions.
  std::unique_ptr<WebSocketServer> server_;
  ev_io handover_ready_{};
  ev_timer tick_{};
  std::chrono::steady_clock::time_point shutdown_end_ = std::chrono::steady_clock::time_point::max();
  std::uint64_t token_failures_ = 0;
  std::thread thread_;
};

}  // namespace tws
