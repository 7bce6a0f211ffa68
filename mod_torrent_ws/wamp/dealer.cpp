#include "wamp/dealer.hpp"

#include <algorithm>

#include "wamp/session.hpp"
#include "wamp/uri.hpp"
#include "wire/error_uris.hpp"

namespace tws::wamp {

namespace {

// Where the fields of a CALL, a YIELD and an ERROR begin to be arguments.
constexpr std::size_t kCallPayload = 4;
constexpr std::size_t kYieldPayload = 3;
constexpr std::size_t kErrorPayload = 5;

}  // namespace

void Dealer::join(Session& session) { sessions_.emplace(session.id(), &session); }

void Dealer::leave(Session& session) {
  sessions_.erase(session.id());
  std::erase_if(registrations_, [&session](const auto& entry) { return entry.second.callee == &session; });
  const auto waiting = invocations_.extract(session.id());
  if (waiting.empty()) {
    return;
  }
  for (const auto& [request, invocation] : waiting.mapped()) {
    answer(invocation.caller, invocation.request, Error{"the callee left", error_uri::kCanceled});
  }
}

void Dealer::call(Session& caller, const Message& message) {
  const Id request = message.id(1);
  std::string procedure(message.text(3));
  if (const auto own = server_procedures_.find(procedure); own != server_procedures_.end()) {
    own->second(Call{caller.id(), request, std::move(procedure), caller.identity().user, caller.is_admin(),
                     message.dict(kCallPayload + 1)});
    return;
  }
  const auto registration = registrations_.find(procedure);
  if (registration == registrations_.end()) {
    answer(caller.id(), request, Error{"no procedure " + procedure, error_uri::kNoSuchProcedure});
    return;
  }
  Session& callee = *registration->second.callee;
  const Id invocation = callee.next_invocation();
  invocations_[callee.id()].emplace(invocation, Invocation{caller.id(), request});
  callee.send(MessageBuilder(MessageType::kInvocation)
                  .id(invocation)
                  .id(registration->second.id)
                  .json("{}")
                  .payload(payload_of(message, kCallPayload))
                  .finish());
}

void Dealer::answer(Id session, Id request, const Answer& answer) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) {
    return;
  }
  if (answer) {
    found->second->send(MessageBuilder(MessageType::kResult).id(request).json("{}").payload(*answer).finish());
  } else {
    found->second->send_error(MessageType::kCall, request, answer.error());
  }
}

void Dealer::register_procedure(Session& callee, Id request, const std::string& procedure) {
  const auto [entry, is_new] = registrations_.try_emplace(procedure, Registration{0, procedure, &callee});
  if (!is_new) {
    callee.send_error(MessageType::kRegister, request,
                      Error{procedure + " is registered already", error_uri::kProcedureAlreadyExists});
    return;
  }
  entry->second.id = ++last_registration_;
  callee.send(MessageBuilder(MessageType::kRegistered).id(request).id(entry->second.id).finish());
}

void Dealer::unregister(Session& callee, Id request, Id registration) {
  const auto found = std::find_if(registrations_.begin(), registrations_.end(), [&](const auto& entry) {
    return entry.second.id == registration && entry.second.callee == &callee;
  });
  if (found == registrations_.end()) {
    callee.send_error(MessageType::kUnregister, request, Error{"not registered", error_uri::kNoSuchRegistration});
    return;
  }
  registrations_.erase(found);
  callee.send(MessageBuilder(MessageType::kUnregistered).id(request).finish());
}

bool Dealer::yield(Session& callee, const Message& message) {
  Invocation invocation{};
  if (!take_invocation(callee, message.id(1), invocation)) {
    return false;
  }
  answer(invocation.caller, invocation.request, payload_of(message, kYieldPayload));
  return true;
}

bool Dealer::invocation_error(Session& callee, const Message& message) {
  Invocation invocation{};
  if (message.id(1) != static_cast<Id>(MessageType::kInvocation) ||
      !take_invocation(callee, message.id(2), invocation)) {
    return false;
  }
  // The callee's own error and arguments pass through as they are.
  if (const auto caller = sessions_.find(invocation.caller); caller != sessions_.end()) {
    caller->second->send(
        error_message(MessageType::kCall, invocation.request, message.text(4), payload_of(message, kErrorPayload)));
  }
  return true;
}

bool Dealer::take_invocation(const Session& callee, Id request, Invocation& invocation) {
  const auto of_callee = invocations_.find(callee.id());
  if (of_callee == invocations_.end()) {
    return false;
  }
  const auto found = of_callee->second.find(request);
  if (found == of_callee->second.end()) {
    return false;
  }
  invocation = found->second;
  of_callee->second.erase(found);
  return true;
}

}  // namespace tws::wamp
