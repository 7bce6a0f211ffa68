// Daemon: one transmission-daemon as commands and the watch see it: requests, health, version, settings.
#pragma once

#include "worker/daemon_config.hpp"
#include "worker/daemon_health.hpp"
#include "worker/rpc_client.hpp"

namespace tws::worker {

class Daemon {
 public:
  // `config` must outlive it.
  explicit Daemon(const DaemonConfig& config) : config_(config), rpc_(config) {}

  // Sends one request; a request without a timeout has the configured one. The health is brought up to
  // date before the callback.
  void call(RpcRequest request, RpcClient::Callback callback);
  // Reads version and settings. The callback's reply is unreachable if the daemon is too old for us.
  void read_settings(RpcClient::Callback callback);
  // The daemon's answer makes no sense, or it refuses what a daemon must not refuse.
  void makes_no_sense(const std::string& reason) { health_.makes_no_sense(reason); }
  // For what was broken last: it is as it should be again.
  void makes_sense() { health_.makes_sense(); }
  // For a new watch: whatever was known of its health counts no more.
  void forget_health() { health_.forget(); }

  // What the daemon knows (worker/rpc_versions.hpp), or 0 while it must be read (again, since it may have been
  // upgraded).
  [[nodiscard]] int rpc_version() const { return settings_session_ == rpc_.session() ? rpc_version_ : 0; }
  // An object: the settings that users may see. Empty before read_settings().
  [[nodiscard]] const Json& settings() const { return settings_; }
  [[nodiscard]] const DaemonHealth& health() const { return health_; }
  // It did not answer the last request, or does not answer at the moment: what is sent now might end in the same way.
  [[nodiscard]] bool is_stalled() const { return stalled_ || health_.state() == DaemonHealth::State::kBusy; }
  [[nodiscard]] const RpcClient::Figures& figures() const { return rpc_.figures(); }
  // See RpcClient::session().
  [[nodiscard]] unsigned session() const { return rpc_.session(); }

  // Calls back for what is finished, and looks whether the daemon is overdue.
  void tick(Timers& timers);
  void wait(int fd, bool writing, Milliseconds timeout) { rpc_.wait(fd, writing, timeout); }
  void perform() { rpc_.perform(); }

 private:
  const DaemonConfig& config_;
  RpcClient rpc_;
  DaemonHealth health_;
  bool stalled_ = false;  // the last request had no answer
  int rpc_version_ = 0;
  unsigned settings_session_ = 0;
  Json settings_{json_object()};
};

}  // namespace tws::worker
