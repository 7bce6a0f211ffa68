// Dealer: procedures of one realm, the server's own and those that clients registered, and the calls
// under way. Event-loop thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "wamp/message.hpp"

namespace tws::wamp {

class Session;
class Dealer;

// Who called what, for a procedure of the server. It may outlive its session: an answer then goes nowhere.
struct Call {
  Id session = 0;
  Id request = 0;
  std::string procedure;
  std::string user;
  bool admin = false;
  const json_t* kwargs = nullptr;  // borrowed for the time of the call into the procedure; may be null
};

// The answer to a call: a payload, or an error.
using Answer = Result<Payload>;

// Starts the work and later calls Dealer::answer(), or at once.
using ServerProcedure = std::function<void(const Call&)>;

class Dealer {
 public:
  void add_server_procedure(std::string name, ServerProcedure procedure) {
    server_procedures_.emplace(std::move(name), std::move(procedure));
  }

  void join(Session& session);
  // Unregisters what the session registered, and ends calls that waited for it.
  void leave(Session& session);

  void call(Session& caller, const Message& message);
  void answer(Id session, Id request, const Answer& answer);

  // Clients as callees.
  void register_procedure(Session& callee, Id request, const std::string& procedure);
  void unregister(Session& callee, Id request, Id registration);
  // False: the message belongs to no invocation, which is a protocol violation.
  bool yield(Session& callee, const Message& message);
  bool invocation_error(Session& callee, const Message& message);

 private:
  struct Registration {
    Id id;
    std::string procedure;
    Session* callee;
  };
  struct Invocation {
    Id caller;
    Id request;
  };

  // Takes the invocation that a callee answers, if there is one.
  bool take_invocation(const Session& callee, Id request, Invocation& invocation);

  std::unordered_map<std::string, ServerProcedure> server_procedures_;
  std::unordered_map<Id, Session*> sessions_;
  std::map<std::string, Registration> registrations_;                       // by procedure
  std::unordered_map<Id, std::unordered_map<Id, Invocation>> invocations_;  // by callee, then request
  Id last_registration_ = 0;
};

}  // namespace tws::wamp
