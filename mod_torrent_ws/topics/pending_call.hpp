// PendingCall: one call of the server's procedures while its job is under way. Tells its caller, if that wants to know
// (receive_progress), and the topic `torrents.commands` what it waits for and how it ended. A command outlives its
// session: it is done although whoever gave it has left. Event-loop thread only.
#pragma once

#include <memory>
#include <string>

#include "jobs/jobs.hpp"
#include "topics/commands_topic.hpp"
#include "wamp/clock.hpp"
#include "wamp/realm.hpp"

namespace tws {

class PendingCall : public std::enable_shared_from_this<PendingCall> {
 public:
  // The realm and the topic outlive it. A call that only reads is not listed.
  PendingCall(wamp::Realm& realm, CommandsTopic& commands, const wamp::Call& call, bool only_reads);

  void begin(const wamp::Call& call, const std::string& daemon);
  void enter(JobStage stage);
  void end(Result<std::string> outcome);

 private:
  [[nodiscard]] const char* reason() const;
  void tell_caller() const;

  wamp::Realm& realm_;
  CommandsTopic& commands_;
  const wamp::Id session_;
  const wamp::Id request_;
  const std::string user_;
  const bool only_reads_;
  const double since_ = wamp::unix_now();
  CommandsTopic::CommandId listed_ = 0;
  JobStage stage_ = JobStage::kQueued;
  bool wants_progress_ = false;  // now
  bool is_over_ = false;
};

}  // namespace tws
