#include "wamp/dealer.hpp"

#include <algorithm>

#include "wamp/session_v2.hpp"
#include "wamp/uri.hpp"
#include "wire/error_uris.hpp"
#include "wire/reserved_names.hpp"

namespace tws::wamp {

namespace {

constexpr std::string_view kSkip = "skip";
constexpr std::string_view kKill = "kill";
constexpr std::string_view kKillNoWait = "killnowait";
constexpr std::int64_t kMaxTimeoutMs = 24LL * 3600 * 1000;

}  // namespace

void Dealer::join(Session& session) { peers_.emplace(session.id(), Peer{&session}); }

Session* Dealer::find(Id session) const {
  const auto found = peers_.find(session);
  return found == peers_.end() ? nullptr : found->second.session;
}

void Dealer::leave(Session& session) {
  if (find(session.id()) == nullptr) {
    return;
  }
  for (Registration* registration : registrations_.of_session(session)) {
    drop(session, *registration);
  }
  const auto first_of = [&session](auto& map) {
    const auto first = map.lower_bound({session.id(), 0});
    return first != map.end() && first->first.first == session.id() ? first : map.end();
  };
  for (auto own = first_of(calls_); own != calls_.end(); own = first_of(calls_)) {
    abandon(Key(own->first), kKillNoWait, error_uri::kCanceled);
  }
  for (auto waiting = first_of(invocations_); waiting != invocations_.end(); waiting = first_of(invocations_)) {
    const Invocation invocation = take_invocation(Key(waiting->first));
    answer(invocation.caller, invocation.request, Error{"the callee left", error_uri::kCanceled});
  }
  peers_.erase(session.id());
}

bool Dealer::call(Session& caller, const Message& message) {
  const Id request = message.id(1);
  const Key key{caller.id(), request};
  if (calls_.contains(key)) {
    return false;
  }
  const auto refuse = [&](std::string why, const char* uri) {
    caller.send_error(MessageType::kCall, request, Error{std::move(why), uri});
  };
  if (peers_.at(caller.id()).calls >= kMaxCalls) {
    refuse("the session has as many calls under way as it may", error_uri::kTooManyCalls);
    return true;
  }
  const std::string& procedure = message.text(3);
  if (const auto own = server_procedures_.find(procedure); own != server_procedures_.end()) {
    auto arguments = arguments_of(message);
    if (!arguments) {
      caller.send_error(MessageType::kCall, request, arguments.error());
      return true;
    }
    begin_call(key, {});
    start_timer(key, message.dict(2));
    own->second(Call{caller.id(), request, procedure, caller.identity().user, caller.is_admin(),
                     flag_member(message.dict(2), "receive_progress"), std::move(arguments->args),
                     std::move(arguments->kwargs)});
    return true;
  }
  if (Application& application = caller.realm().application(); application.has({procedure, Match::kExact})) {
    begin_call(key, {});
    start_timer(key, message.dict(2));
    application.call(caller, request, procedure, payload_of(message));
    return true;
  }
  // A pattern of a client's does not reach the server's own names.
  Registration* registration = is_reserved(procedure) ? nullptr : registrations_.match(procedure);
  if (registration == nullptr) {
    refuse("no procedure " + procedure, error_uri::kNoSuchProcedure);
    return true;
  }
  invoke(caller, message, *registration);
  if (calls_.contains(key)) {
    start_timer(key, message.dict(2));
  }
  return true;
}

void Dealer::invoke(Session& caller, const Message& message, Registration& registration) {
  const Value& options = message.dict(2);
  const Callee& chosen = registration.choose();
  SessionV2& callee = *chosen.session;
  // Or else whoever calls could have it closed as too slow.
  if (peers_.at(callee.id()).invocations >= kMaxInvocations || callee.transport().is_behind()) {
    caller.send_error(MessageType::kCall, message.id(1),
                      Error{"the callee has as many calls to do as it may", error_uri::kTooManyCalls});
    return;
  }
  Value details = Value::object();
  if (registration.pattern.match != Match::kExact) {
    details["procedure"] = message.text(3);
  }
  if (chosen.disclose_caller || flag_member(options, "disclose_me")) {
    details.update(caller.disclosed("caller"));
  }
  // The specification wants callees that can be interrupted, too; Autobahn|JS has no INTERRUPT.
  const bool progress =
      flag_member(options, "receive_progress") && callee.understands(Feature::kProgressiveCallResults);
  if (progress) {
    details["receive_progress"] = true;
  }
  const Key invocation{callee.id(), callee.next_invocation()};
  invocations_.emplace(invocation, Invocation{&callee, caller.id(), message.id(1), progress});
  ++peers_.at(callee.id()).invocations;
  begin_call({caller.id(), message.id(1)}, {invocation, {}, {}});
  callee.send(callee.build(MessageType::kInvocation)
                  .id(invocation.second)
                  .id(registration.id)
                  .value(details)
                  .payload(payload_of(message)));
}

// wamp-proto, "Call Timeout": milliseconds, 0 for none; of a progressive call from one result to the next.
void Dealer::start_timer(Key call, const Value& options) {
  const Value* timeout = member(options, "timeout");
  if (timeout != nullptr && timeout->get<double>() > 0) {
    const double limit = std::min(timeout->get<double>(), static_cast<double>(kMaxTimeoutMs));
    calls_.at(call).limit = std::chrono::milliseconds(static_cast<std::int64_t>(limit));
    restart_timer(call);
  }
}

void Dealer::restart_timer(Key call) {
  PendingCall& pending = calls_.at(call);
  if (pending.timer) {
    timers_.cancel(*pending.timer);
  }
  pending.timer = timers_.after(pending.limit, [this, call] {
    calls_.at(call).timer.reset();
    Session* caller = abandon(call, kKillNoWait, error_uri::kTimeout);
    caller->send_error(MessageType::kCall, call.second, Error{"no answer within the call's time", error_uri::kTimeout});
  });
}

void Dealer::cancel(Session& caller, const Message& message) {
  const Key call{caller.id(), message.id(1)};
  const auto found = calls_.find(call);
  if (found == calls_.end()) {
    return;
  }
  const std::string mode = text_member(message.dict(2), "mode").value_or(std::string(kKillNoWait));
  const auto& invocation = found->second.invocation;
  SessionV2* callee = invocation ? invocations_.at(*invocation).callee : nullptr;
  if (mode == kKill && callee != nullptr && callee->understands(Feature::kCallCanceling)) {
    // The callee's answer is the caller's.
    interrupt(*callee, invocation->second, kKill, error_uri::kCanceled);
    return;
  }
  abandon(call, mode == kSkip ? kSkip : kKillNoWait, error_uri::kCanceled);
  caller.send_error(MessageType::kCall, call.second, Error{"canceled by the caller", error_uri::kCanceled});
}

Session* Dealer::abandon(Key call, std::string_view mode, std::string_view reason) {
  const auto invocation = calls_.at(call).invocation;
  if (invocation) {
    SessionV2& callee = *take_invocation(*invocation).callee;
    if (mode != kSkip) {
      interrupt(callee, invocation->second, mode, reason);
    }
  }
  return end_call(call);
}

void Dealer::interrupt(SessionV2& callee, Id request, std::string_view mode, std::string_view reason) {
  if (callee.understands(Feature::kCallCanceling)) {
    callee.send(callee.build(MessageType::kInterrupt).id(request).value({{"mode", mode}, {"reason", reason}}));
  }
}

void Dealer::begin_call(Key call, PendingCall pending) {
  calls_.emplace(call, std::move(pending));
  ++peers_.at(call.first).calls;
}

Session* Dealer::end_call(Key call) {
  const auto found = calls_.find(call);
  if (found == calls_.end()) {
    return nullptr;
  }
  if (found->second.timer) {
    timers_.cancel(*found->second.timer);
  }
  calls_.erase(found);
  Peer& caller = peers_.at(call.first);
  --caller.calls;
  return caller.session;
}

Dealer::Invocation Dealer::take_invocation(Key invocation) {
  --peers_.at(invocation.first).invocations;
  return invocations_.extract(invocation).mapped();
}

void Dealer::answer(Id session, Id request, const Answer& answer) {
  Session* caller = end_call({session, request});
  if (caller == nullptr) {
    return;
  }
  if (answer) {
    caller->send_result(request, *answer, false);
    // What the server says costs its caller; what a callee says, nobody.
    caller->transport().charge(answer->args.bytes() + answer->kwargs.bytes());
  } else {
    caller->send_error(MessageType::kCall, request, answer.error());
  }
}

void Dealer::tell(Id session, Id request, const Payload& progress) {
  if (calls_.contains({session, request})) {
    find(session)->send_result(request, progress, true);
  }
}

void Dealer::register_procedure(SessionV2& callee, Id request, const UriPattern& pattern, const Value& options) {
  if (!registrations_.has_room(callee, pattern, callee.realm().policy().max_subscriptions)) {
    callee.transport().count(Refusal::kSubscriptions);
    callee.send_error(MessageType::kRegister, request,
                      Error{"the session has as many registrations as it may", error_uri::kTooManyRegistrations});
    return;
  }
  const auto invoke = invoke_of(text_member(options, "invoke").value_or("single")).value_or(Invoke::kSingle);
  auto added = registrations_.add(callee, pattern, invoke, flag_member(options, "disclose_caller"));
  if (!added) {
    callee.send_error(MessageType::kRegister, request, added.error());
    return;
  }
  const Registration& registration = added->registration;
  callee.send(callee.build(MessageType::kRegistered).id(request).id(registration.id));
  if (added->is_created) {
    broker_.announce("wamp.registration.on_create", [&] {
      return Value::array({callee.id(), details_of(registration)});
    });
  }
  broker_.announce("wamp.registration.on_register", [&] { return Value::array({callee.id(), registration.id}); });
}

void Dealer::unregister(SessionV2& callee, Id request, Id id) {
  Registration* registration = registrations_.find(id);
  if (registration == nullptr || registration->callee(callee) == nullptr) {
    callee.send_error(MessageType::kUnregister, request, Error{"not registered", error_uri::kNoSuchRegistration});
    return;
  }
  callee.send(callee.build(MessageType::kUnregistered).id(request));
  drop(callee, *registration);
}

void Dealer::revoke(SessionV2& callee, Registration& registration, std::string_view reason) {
  if (callee.understands(Feature::kRegistrationRevocation)) {
    callee.send(callee.build(MessageType::kUnregistered)
                    .value(0)
                    .value({{"registration", registration.id}, {"reason", reason}}));
  }
  drop(callee, registration);
}

void Dealer::drop(const Session& callee, Registration& registration) {
  const Id id = registration.id;
  const bool is_deleted = registrations_.remove(callee, registration);
  broker_.announce("wamp.registration.on_unregister", [&] { return Value::array({callee.id(), id}); });
  if (is_deleted) {
    broker_.announce("wamp.registration.on_delete", [&] { return Value::array({callee.id(), id}); });
  }
}

const Dealer::Invocation* Dealer::find_invocation(const Session& callee, Id request) const {
  const auto found = invocations_.find({callee.id(), request});
  return found == invocations_.end() ? nullptr : &found->second;
}

bool Dealer::yield(SessionV2& callee, const Message& message) {
  const Id request = message.id(1);
  const Invocation* found = find_invocation(callee, request);
  if (found == nullptr) {
    // Of a call that is over, there may be an answer on its way.
    return callee.has_had_invocation(request);
  }
  const Key call{found->caller, found->request};
  if (flag_member(message.dict(2), "progress")) {
    if (found->progress) {
      find(call.first)->send_result(call.second, payload_of(message), true);
      if (calls_.at(call).timer) {
        restart_timer(call);
      }
    }
    return true;
  }
  take_invocation({callee.id(), request});
  end_call(call)->send_result(call.second, payload_of(message), false);
  return true;
}

bool Dealer::invocation_error(SessionV2& callee, const Message& message) {
  const auto request = to_id(message.field(2));
  if (message.field(1) != static_cast<int>(MessageType::kInvocation) || !request || !is_uri(message.text(4))) {
    return false;
  }
  const Invocation* found = find_invocation(callee, *request);
  if (found == nullptr) {
    return callee.has_had_invocation(*request);
  }
  const Key call{found->caller, found->request};
  take_invocation({callee.id(), *request});
  // The callee's own error and arguments pass through as they are.
  end_call(call)->send_error(MessageType::kCall, call.second, message.text(4), payload_of(message));
  return true;
}

}  // namespace tws::wamp
