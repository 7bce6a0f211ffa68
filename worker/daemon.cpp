#include "worker/daemon.hpp"

#include "worker/rpc_versions.hpp"
#include "worker/session_fields.hpp"

namespace tws::worker {

void Daemon::call(RpcRequest request, RpcClient::Callback callback) {
  if (request.timeout == Milliseconds::zero()) {
    request.timeout = config_.timeout;
  }
  const bool late = request.late;
  rpc_.send(std::move(request), [this, late, sent = unix_time(), callback = std::move(callback)](RpcReply reply) {
    if (reply.outcome == RpcOutcome::kSuccess || reply.outcome == RpcOutcome::kRefused || reply.unreadable) {
      stalled_ = false;
      health_.answered();
    } else if (reply.outcome == RpcOutcome::kUnreachable || !late) {
      stalled_ = reply.outcome == RpcOutcome::kLost || reply.timed_out;
      health_.failed(reply.message, sent, reply.unauthorized);
    }
    callback(std::move(reply));
  });
}

void Daemon::read_settings(RpcClient::Callback callback) {
  call({.method = "session-get", .arguments = Json(json_pack("{s:o}", "fields", session_field_names().release()))},
       [this, callback = std::move(callback)](RpcReply reply) {
         if (reply.unreadable) {
           makes_no_sense(reply.message);
         } else if (reply.outcome == RpcOutcome::kSuccess) {
           const auto version = integer_member(reply.arguments.get(), "rpc-version").value_or(0);
           const auto semver = string_member(reply.arguments.get(), "rpc-version-semver").value_or("");
           const int known = known_rpc_version(static_cast<int>(version), semver);
           if (known < kOldestRpcVersion) {
             reply = {RpcOutcome::kUnreachable, {}, "the daemon is older than transmission-daemon 3.00"};
             makes_no_sense(reply.message);
           } else {
             makes_sense();
             rpc_version_ = known;
             rpc_.learn_version(semver);
             settings_session_ = rpc_.session();
             settings_ = visible_session_fields(reply.arguments.get());
           }
         }
         callback(std::move(reply));
       });
}

void Daemon::tick(Timers& timers) {
  // One answer to anything shows that it is not stuck: it answers one request after the other.
  const auto oldest = rpc_.oldest();
  if (oldest && timers.due(std::max(oldest->at, health_.last_answer()) + DaemonHealth::kBusyAfter)) {
    health_.overdue(oldest->unix_time);
  }
}

}  // namespace tws::worker
