#include "worker/commands.hpp"

#include <algorithm>
#include <utility>

#include "wire/error_uris.hpp"
#include "worker/job_deadline.hpp"
#include "worker/session_fields.hpp"
#include "worker/several_requests.hpp"

namespace tws::worker {

namespace {

Error unreachable(const std::string& reason) { return {reason, error_uri::kDaemonUnreachable}; }

Error error_of(const Procedure& procedure, const RpcReply& reply) {
  if (reply.outcome == RpcOutcome::kRefused) {
    return {reply.message, error_uri::kDaemonRefused};
  }
  if (reply.outcome == RpcOutcome::kLost && !procedure.reads_only) {
    return {"it may have been done or not: " + reply.message, error_uri::kOutcomeUnknown};
  }
  return unreachable(reply.message);
}

}  // namespace

void Commands::add(std::int64_t id, const JobFrame& job) {
  auto command = check(job);
  if (!command) {
    socket_.send_error(id, command.error());
    return;
  }
  command->id = id;
  Lane& lane = is_late(*command->procedure, command->arguments.get()) ? late_ : ordinary_;
  lane.queue.push_back(std::move(*command));
  advance();
}

Result<Commands::Command> Commands::check(const JobFrame& job) const {
  const auto name = string_member(job.header.get(), "name").value_or("");
  const Procedure* procedure = find_procedure(name);
  if (procedure == nullptr) {
    return Error{"no procedure " + std::string(name), error_uri::kNoSuchProcedure};
  }
  if (procedure->admin_only && !bool_member(job.header.get(), "admin")) {
    return Error{std::string(name) + " is for administrators", error_uri::kNotAuthorized};
  }
  const auto body = parse_json(job.body);
  auto arguments = check_arguments(*procedure, body ? body->get() : nullptr, config_.download_roots);
  if (!arguments) {
    return arguments.error();
  }
  return Command{.id = 0,
                 .procedure = procedure,
                 .arguments = std::move(*arguments),
                 .user = std::string(string_member(job.header.get(), "user").value_or("")),
                 .deadline = deadline_of(job.header.get())};
}

void Commands::tick(Timers& timers) {
  refuse_late(ordinary_, timers);
  refuse_late(late_, timers);
  advance();
}

void Commands::advance() {
  if (asking_ || (ordinary_.queue.empty() && late_.queue.empty())) {
    return;
  }
  if (daemon_.health().is_locked()) {
    refuse_queued(ordinary_, daemon_.health().reason());
    refuse_queued(late_, daemon_.health().reason());
    return;
  }
  const bool is_stalled = daemon_.is_stalled();
  if (daemon_.rpc_version() != 0 && !is_stalled) {
    advance(late_);
    advance(ordinary_);
  } else if (!is_stalled || ordinary_.under_way == 0) {
    ask();
  }
}

void Commands::advance(Lane& lane) {
  while (lane.under_way < lane.limit && !lane.queue.empty()) {
    Command& next = lane.queue.front();
    if (next.deadline <= Clock::now()) {
      return;  // for tick() to refuse
    }
    if (const auto known = check_rpc_version(*next.procedure, next.arguments.get(), daemon_.rpc_version()); !known) {
      socket_.send_error(next.id, known.error());
    } else if (announce(next)) {
      send(lane, std::move(next));
    } else {
      return;  // until the loop has taken it
    }
    lane.queue.pop_front();
  }
}

// Its answer is the one that those in the queue wait for, when nothing else is under way that the daemon would answer.
void Commands::ask() {
  asking_ = true;
  daemon_.read_settings([this](const RpcReply& reply) {
    asking_ = false;
    if (reply.outcome != RpcOutcome::kSuccess && !reply.timed_out) {
      refuse_queued(ordinary_, reply.message);
      refuse_queued(late_, reply.message);
    }
    advance();
  });
}

// Whoever comes after this worker has to know what the daemon may have got: the loop has the word before the daemon has
// the request. False: it has not yet.
bool Commands::announce(Command& command) {
  if (command.procedure->reads_only) {
    return true;
  }
  if (!std::exchange(command.announced, true)) {
    socket_.send_progress(command.id, "sent");
  }
  return !socket_.backlog();
}

void Commands::send(Lane& lane, Command command) {
  const Procedure& procedure = *command.procedure;
  const auto left = left_until(command.deadline);
  const bool is_patient = !procedure.reads_only || &lane == &late_;
  RpcRequest request{.method = procedure.method,
                     .arguments = command.arguments,
                     .repeatable = procedure.reads_only,
                     .late = &lane == &late_,
                     .timeout = std::max(is_patient ? left : std::min(left, config_.timeout), Milliseconds(1))};
  if (request.method == "session-get" && json_object_size(request.arguments.get()) == 0) {
    request.arguments = Json(json_pack("{s:o}", "fields", session_field_names().release()));
  }
  ++lane.under_way;
  call_as_one(daemon_, std::move(request), [this, &lane, command = std::move(command)](const RpcReply& reply) {
    --lane.under_way;
    finish(lane, command, reply);
    advance();
  });
}

void Commands::finish(Lane& lane, const Command& command, const RpcReply& reply) {
  if (reply.outcome == RpcOutcome::kSuccess) {
    const bool has_settings = command.procedure->method == std::string_view("session-get");
    const Json result = has_settings ? visible_session_fields(reply.arguments.get()) : reply.arguments;
    socket_.send_result(command.id, to_text(result.get()));
    apply_effect(command, reply.arguments.get());
    return;
  }
  socket_.send_error(command.id, error_of(*command.procedure, reply));
  if (reply.outcome == RpcOutcome::kUnreachable && !reply.timed_out && &lane == &ordinary_) {
    refuse_queued(lane, reply.message);
  }
  if (reply.outcome != RpcOutcome::kUnreachable) {
    touched(torrents_of(command.arguments.get()));  // refused or not, something may have changed
  }
}

void Commands::touched(const HashSet& hashes) {
  list_.touched(hashes);
  details_.touched(hashes);
}

void Commands::removed(const HashSet& hashes) {
  list_.removed(hashes);
  details_.removed(hashes);
}

void Commands::apply_effect(const Command& command, const json_t* result) {
  switch (command.procedure->effect) {
    case Effect::kNothing:
      break;
    case Effect::kTorrents:
      touched(torrents_of(command.arguments.get()));
      break;
    case Effect::kRemoval:
      removed(torrents_of(command.arguments.get()));
      break;
    case Effect::kAddition:
      if (const auto added = hash_of(json_object_get(result, "torrent-added"))) {
        list_.added(*added, command.user);
        touched({*added});
      }
      if (const auto duplicate = hash_of(json_object_get(result, "torrent-duplicate"))) {
        touched({*duplicate});
      }
      break;
    case Effect::kSettings:
      list_.settings_changed();
      break;
  }
}

void Commands::refuse_queued(Lane& lane, const std::string& reason) {
  for (const Command& command : lane.queue) {
    socket_.send_error(command.id, unreachable("not sent: " + reason));
  }
  lane.queue.clear();
}

void Commands::refuse_late(Lane& lane, Timers& timers) {
  std::erase_if(lane.queue, [&](const Command& command) {
    if (!timers.due(command.deadline)) {
      return false;
    }
    socket_.send_error(command.id, unreachable(daemon_.is_stalled()
                                                   ? "not sent: the daemon did not answer those before it"
                                                   : "not sent: the daemon was busy with other commands for too long"));
    return true;
  });
}

}  // namespace tws::worker
