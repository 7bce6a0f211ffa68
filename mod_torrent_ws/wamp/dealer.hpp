// Dealer: procedures of one realm, the server's own and those that clients registered, and the calls under way
// (wamp-proto, basic profile, "Remote Procedure Calls"; advanced profile, "Progressive Call Results", "Call Canceling",
// "Call Timeout", "Caller Identification"). Event-loop thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "wamp/broker.hpp"
#include "wamp/registrations.hpp"
#include "wamp/timers.hpp"

namespace tws::wamp {

// Who called what, for a procedure of the server. It may outlive its session: an answer then goes nowhere.
struct Call {
  Id session = 0;
  Id request = 0;
  std::string procedure;
  std::string user;
  bool admin = false;
  bool progress = false;  // the caller wants intermediate results
  Value args = Value::array();
  Value kwargs = Value::object();
};

// The answer to a call: a payload, or an error.
using Answer = Result<Payload>;

// Starts the work and later calls Dealer::answer(), or at once.
using ServerProcedure = std::function<void(const Call&)>;

class Dealer {
 public:
  // Calls under way of one caller, and at one callee: more are refused.
  static constexpr std::size_t kMaxCalls = 1'000;
  static constexpr std::size_t kMaxInvocations = 10'000;

  // Both outlive it.
  Dealer(Broker& broker, Timers& timers) : broker_(broker), timers_(timers) {}

  void add_server_procedure(std::string name, ServerProcedure procedure) {
    server_procedures_.emplace(std::move(name), std::move(procedure));
  }

  void join(Session& session);
  // Unregisters what the session registered, ends calls that waited for it, and interrupts those that it waited for.
  void leave(Session& session);

  // Policy was checked. False: the request's id is that of a call under way, which is a protocol violation.
  bool call(Session& caller, const Message& message);
  // A call that is over already is none to cancel, and no error.
  void cancel(Session& caller, const Message& message);
  // Goes nowhere when the call is over, or its caller gone.
  void answer(Id session, Id request, const Answer& answer);
  // An intermediate result of the server's, for a call that wants such. What limits the call's time goes on.
  void tell(Id session, Id request, const Payload& progress);

  // Clients as callees; policy was checked.
  void register_procedure(SessionV2& callee, Id request, const UriPattern& pattern, const Value& options);
  void unregister(SessionV2& callee, Id request, Id id);
  // The server's will: the client is told why, if it understands that.
  void revoke(SessionV2& callee, Registration& registration, std::string_view reason);
  // False: the message belongs to no invocation, which is a protocol violation.
  bool yield(SessionV2& callee, const Message& message);
  bool invocation_error(SessionV2& callee, const Message& message);

  [[nodiscard]] const Registrations& registrations() const { return registrations_; }

 private:
  // A session's id and one of its own request ids: of a caller, or of a callee.
  using Key = std::pair<Id, Id>;

  struct Peer {
    Session* session;
    std::size_t calls = 0;        // under way, as a caller
    std::size_t invocations = 0;  // and as a callee
  };
  struct PendingCall {
    std::optional<Key> invocation;  // none: a procedure of the server does it
    std::optional<Timers::TimerId> timer;
    std::chrono::milliseconds limit;  // of the timer
  };
  struct Invocation {
    SessionV2* callee;
    Id caller = 0;
    Id request = 0;
    bool progress = false;  // the caller wants intermediate results
  };

  void invoke(Session& caller, const Message& message, Registration& registration);
  void start_timer(Key call, const Value& options);
  void restart_timer(Key call);
  // Takes the call out of those under way; the callee's answer will go nowhere. The caller, who is to be told.
  Session* abandon(Key call, std::string_view mode, std::string_view reason);
  static void interrupt(SessionV2& callee, Id request, std::string_view mode, std::string_view reason);
  void begin_call(Key call, PendingCall pending);
  // The caller; null when the call is over.
  Session* end_call(Key call);
  Invocation take_invocation(Key invocation);
  void drop(const Session& callee, Registration& registration);
  // Null: it has left.
  [[nodiscard]] Session* find(Id session) const;
  [[nodiscard]] const Invocation* find_invocation(const Session& callee, Id request) const;

  Broker& broker_;
  Timers& timers_;
  std::unordered_map<std::string, ServerProcedure> server_procedures_;
  std::unordered_map<Id, Peer> peers_;
  Registrations registrations_;
  std::map<Key, PendingCall> calls_;       // by caller and request
  std::map<Key, Invocation> invocations_;  // by callee and request
};

}  // namespace tws::wamp
