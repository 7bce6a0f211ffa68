// Realm: one broker, one dealer, and who may do what in it. Event-loop thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "support/random.hpp"
#include "wamp/application.hpp"
#include "wamp/broker.hpp"
#include "wamp/dealer.hpp"
#include "wamp/failed_sign_ins.hpp"
#include "wamp/policy.hpp"
#include "wamp/timers.hpp"
#include "wamp/uri.hpp"
#include "wamp/v1_topic.hpp"

namespace tws::wamp {

// The method of an administrator on the server's own machine (torrent-wsctl), who may see everything.
inline constexpr const char* kLocalAdministrator = "admin";

// The method of who publishes from outside: docs/pushing.md. No session has it.
inline constexpr const char* kPublisherMethod = "publisher";

// Who says so, in WELCOME and challenges.
inline constexpr const char* kAuthProvider = "mod_torrent_ws";

// Who a session is. Comes from the server alone: httpd's own login, a redeemed token, or a signed challenge.
struct Identity {
  std::string user;  // empty: anonymous
  std::string method = "anonymous";
};

// A user's key for WAMP-CRA; `salt` is empty where the key is the secret itself.
struct CraKey {
  std::string key;
  std::string salt;
  std::int64_t iterations = 0;
  std::int64_t key_length = 0;
};

// Questions to the site's database. Each calls `done` on the event-loop thread, possibly after the session that asked
// has gone; an error with the URI wamp.error.authentication_failed means that there is no such token, login or key.
struct Directory {
  // Whether a token signs `user` in; it is spent.
  std::function<void(const std::string& user, const std::string& token, std::function<void(const Status&)> done)>
      redeem_token = {};  // empty: no tokens here
  std::function<void(const std::string& user, std::function<void(const Result<CraKey>&)> done)> find_key = {};
  // The user id of somebody whom httpd let in. Empty: the login is the user id.
  std::function<void(const std::string& login, std::function<void(const Result<std::string>&)> done)> find_user = {};
};

struct RealmPolicy {
  bool open_to_anybody = false;  // test builds: anonymous sessions may do everything
  Directory directory = {};
  std::vector<std::string> admins = {};
  Policy permissions = {};
  UriRules uri_rules = UriRules::kLoose;
  bool strict_request_ids = false;
  Curies curies = Curies::kConcatenated;
  std::size_t max_subscriptions = 1'000;  // of each session
};

class Realm {
 public:
  Realm(std::string name, RealmPolicy policy) : name_(std::move(name)), policy_(std::move(policy)) {}

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const RealmPolicy& policy() const { return policy_; }
  // What is no longer allowed is revoked.
  void set_policy(RealmPolicy policy);
  Broker& broker() { return broker_; }
  Dealer& dealer() { return dealer_; }
  Timers& timers() { return timers_; }
  Application& application() { return *application_; }
  // It outlives the realm's sessions.
  void set_application(Application& application) { application_ = &application; }
  // Wrong signatures under challenges: the secrets of people can be guessed, so that an address has few tries. Nobody
  // guesses a token.
  FailedSignIns& failed_sign_ins() { return failed_sign_ins_; }
  // For a user who has no key: looks like one that the PHP helper makes, and is the same at each try.
  [[nodiscard]] CraKey decoy_key(const std::string& user) const;
  // Of all kinds, for the status.
  void count_wrong_try() { ++wrong_tries_; }
  [[nodiscard]] std::uint64_t wrong_tries() const { return wrong_tries_; }

  [[nodiscard]] bool is_admin(const std::string& user) const;
  // "publisher", "admin", "user" or "anonymous".
  [[nodiscard]] const std::string& role_of(const Identity& identity) const;

  // Done, or the error that a client gets for it. `rules`: what is a URI to it.
  [[nodiscard]] Status may_subscribe(const Identity& identity, const UriPattern& topics, UriRules rules) const;
  [[nodiscard]] Status may_publish(const Identity& identity, const std::string& topic, UriRules rules) const;
  [[nodiscard]] Status may_call(const Identity& identity, const std::string& procedure, UriRules rules) const;
  [[nodiscard]] Status may_register(const Identity& identity, const UriPattern& procedures, UriRules rules) const;
  // Meta procedures and events.
  [[nodiscard]] bool may_administer(const Identity& identity) const;

  // Every session of the realm, from its connection on.
  void add(Session& session);
  void remove(Session& session);
  [[nodiscard]] Session* find(Id session) const;
  // All of them as of now.
  [[nodiscard]] std::vector<Session*> sessions() const;
  [[nodiscard]] std::size_t session_count() const { return sessions_.size(); }

 private:
  [[nodiscard]] Status check(Action action, const Identity& identity, const UriPattern& pattern, UriRules rules) const;
  // The server's own topics and procedures are for who has signed in, whatever is allowed otherwise.
  [[nodiscard]] Status may_use_own_names(const Identity& identity) const;

  std::string name_;
  RealmPolicy policy_;
  Timers timers_;
  Broker broker_;
  Dealer dealer_{broker_, timers_};
  Application no_application_;
  Application* application_ = &no_application_;
  FailedSignIns failed_sign_ins_;
  std::uint64_t wrong_tries_ = 0;
  const std::string decoy_secret_ = random_hex();
  std::unordered_map<Id, Session*> sessions_;
};

// By name.
using Realms = std::map<std::string, std::unique_ptr<Realm>>;

}  // namespace tws::wamp
