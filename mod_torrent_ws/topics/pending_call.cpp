#include "topics/pending_call.hpp"

#include <utility>

namespace tws {

namespace {

// What is done by then need not be told of before.
constexpr auto kPatience = std::chrono::seconds(1);

}  // namespace

PendingCall::PendingCall(wamp::Realm& realm, CommandsTopic& commands, const wamp::Call& call, bool only_reads)
    : realm_(realm),
      commands_(commands),
      session_(call.session),
      request_(call.request),
      user_(call.user),
      only_reads_(only_reads) {}

void PendingCall::begin(const wamp::Call& call, const std::string& daemon) {
  if (!only_reads_) {
    listed_ = commands_.begin(user_, call.procedure, daemon, call.kwargs);
    commands_.explain(user_, listed_, reason());
  }
  if (call.progress) {
    realm_.timers().after(kPatience, [self = shared_from_this()] {
      self->wants_progress_ = true;
      self->tell_caller();
    });
  }
}

void PendingCall::enter(JobStage stage) {
  stage_ = stage;
  commands_.explain(user_, listed_, reason());
  tell_caller();
}

void PendingCall::end(Result<std::string> outcome) {
  is_over_ = true;
  commands_.end(user_, listed_, outcome ? Status(Done{}) : outcome.error());
  realm_.dealer().answer(
      session_, request_,
      outcome ? wamp::Answer(wamp::kwargs_payload(std::move(*outcome))) : wamp::Answer(outcome.error()));
}

const char* PendingCall::reason() const {
  switch (stage_) {
    case JobStage::kQueued:
      return "waits for earlier calls of its session, or for the daemon's worker to start";
    case JobStage::kGiven:
      return only_reads_ ? "the daemon has not answered yet"
                         : "not sent yet: waits for the commands before it, or for a daemon that does not answer";
    default:
      return "sent to the daemon, which has not answered yet";
  }
}

void PendingCall::tell_caller() const {
  if (!wants_progress_ || is_over_) {
    return;
  }
  wamp::Value kwargs = {{"state", "pending"}, {"since", since_}, {"reason", reason()}};
  if (listed_ != 0) {
    kwargs["command"] = std::to_string(listed_);
  }
  realm_.dealer().tell(session_, request_, wamp::Payload{{}, wamp::Fragment(std::move(kwargs))});
}

}  // namespace tws
