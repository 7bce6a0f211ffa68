// Realm: one broker, one dealer, and who may do what in it. Event-loop thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "wamp/broker.hpp"
#include "wamp/dealer.hpp"

namespace tws::wamp {

// Who a session is. Comes from the server alone: httpd's own login or a redeemed token.
struct Identity {
  std::string user;  // empty: anonymous
  std::string method = "anonymous";
};

// Answers whether a token signs `user` in. Calls back on the event-loop thread, possibly after the
// session that asked has gone.
using RedeemToken =
    std::function<void(const std::string& user, const std::string& token, std::function<void(const Status&)> done)>;

struct RealmPolicy {
  bool open_to_anybody = false;   // test builds: anonymous sessions may do everything
  RedeemToken redeem_token = {};  // empty: no tokens here
  std::vector<std::string> admins = {};
  std::size_t max_subscriptions = 1'000;  // of each session
};

class Realm {
 public:
  Realm(std::string name, RealmPolicy policy) : name_(std::move(name)), policy_(std::move(policy)) {}

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] RealmPolicy& policy() { return policy_; }
  Broker& broker() { return broker_; }
  Dealer& dealer() { return dealer_; }

  [[nodiscard]] bool is_admin(const std::string& user) const;

  // Done, or the error that a client gets for it.
  [[nodiscard]] Status may_use(const Identity& identity, std::string_view uri) const;      // subscribe, call
  [[nodiscard]] Status may_provide(const Identity& identity, std::string_view uri) const;  // publish, register

  // Every session of the realm, from its connection on.
  void add(Session& session);
  void remove(Session& session);
  [[nodiscard]] Session* find(Id session) const;
  // All of them as of now.
  [[nodiscard]] std::vector<Session*> sessions() const;
  [[nodiscard]] std::size_t session_count() const { return sessions_.size(); }

 private:
  std::string name_;
  RealmPolicy policy_;
  Broker broker_;
  Dealer dealer_;
  std::unordered_map<Id, Session*> sessions_;
};

// By name.
using Realms = std::map<std::string, std::unique_ptr<Realm>>;

}  // namespace tws::wamp
