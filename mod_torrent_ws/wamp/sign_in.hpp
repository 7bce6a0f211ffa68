// SignIn: from HELLO to WELCOME, and tokens in SUBSCRIBE options: who the client of a session is (wamp-proto, advanced
// profile, "Authentication Methods": ticket, wampcra, anonymous; and httpd's own login). Wrong tries are answered late,
// few of them in a session and in a minute from an address. Event-loop thread only.
#pragma once

#include <functional>
#include <string>

#include "support/result.hpp"
#include "wamp/value.hpp"

namespace tws::wamp {

class Realm;
class Session;
struct CraKey;
struct Identity;

class SignIn {
 public:
  // The session holds it. `site_user` is whom httpd's own access control let in, or empty.
  SignIn(Session& session, std::string site_user) : session_(session), site_user_(std::move(site_user)) {}

  // Welcomes or aborts the session, possibly after a CHALLENGE or later.
  void on_hello(const Value& details);
  void on_authenticate(const std::string& signature);

  // Calls `done` at once where the options of SUBSCRIBE name no token (`_user_id` and `_token`, or the talk's spelling
  // `userId` and `token`), else after it was redeemed for the session; never when the session has ended.
  void with_token_of(const Value& options, std::function<void(Session&, const Status&)> done);

 private:
  using Done = std::function<void(Session&, const Status&)>;

  void choose(const Value& details, const Identity& site);
  void challenge_ticket(std::string user);
  void challenge_cra(std::string user);
  void send_cra_challenge(const CraKey& key);
  void check_signature(const std::string& signature);
  void redeem(const std::string& user, const std::string& token, Done done);
  // Binds the session to the user that a token or signature proved.
  Status take(const std::string& user, const char* method);
  // Tells a wrong try late.
  void refuse_late(const Error& error, Done done);
  void abort_refused(const Error& error);
  // Runs what comes later if the session is still there.
  std::function<void(std::function<void(SignIn&)>)> if_alive();

  Session& session_;
  std::string site_user_;
  std::string pending_user_;  // between CHALLENGE and AUTHENTICATE
  std::string cra_key_;
  std::string cra_challenge_;  // empty: it is a ticket
  int failed_ = 0;
  int under_way_ = 0;  // tokens whose answer is awaited
  bool challenged_ = false;
};

}  // namespace tws::wamp
