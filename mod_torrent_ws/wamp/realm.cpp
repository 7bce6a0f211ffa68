#include "wamp/realm.hpp"

#include <algorithm>
#include <array>

#include "support/hex.hpp"
#include "wamp/cra.hpp"
#include "wamp/session_v2.hpp"
#include "wire/error_uris.hpp"
#include "wire/reserved_names.hpp"

namespace tws::wamp {

namespace {

// Of WAMP's own procedures, those that do no more than their caller may do anyhow.
constexpr std::array<std::string_view, 3> kForEverybody = {
    "wamp.session.add_testament", "wamp.session.flush_testaments", "wamp.subscription.get_events"};

bool is_meta(std::string_view uri) { return uri.substr(0, 5) == "wamp."; }

constexpr const char* kSignInFirst =
    "sign in first: by ticket, with a token in the subscription's options, or to the site";

Error not_authorized(std::string message) { return {std::move(message), error_uri::kNotAuthorized}; }

}  // namespace

bool Realm::is_admin(const std::string& user) const {
  return std::find(policy_.admins.begin(), policy_.admins.end(), user) != policy_.admins.end();
}

const std::string& Realm::role_of(const Identity& identity) const {
  static const std::string admin = kAdminRole;
  static const std::string user = kUserRole;
  static const std::string anonymous = kAnonymousRole;
  static const std::string publisher = kPublisherRole;
  if (identity.method == kPublisherMethod) {
    return publisher;
  }
  if (identity.user.empty()) {
    return anonymous;
  }
  return is_admin(identity.user) ? admin : user;
}

bool Realm::may_administer(const Identity& identity) const {
  return policy_.open_to_anybody || identity.method == kLocalAdministrator || is_admin(identity.user);
}

Status Realm::check(Action action, const Identity& identity, const UriPattern& pattern, UriRules rules) const {
  if (!is_uri_pattern(pattern, rules)) {
    return Error{"\"" + pattern.uri + "\" is not a URI", error_uri::kInvalidUri};
  }
  if (policy_.open_to_anybody || identity.method == kLocalAdministrator ||
      policy_.permissions.allows(action, role_of(identity), identity.user, pattern)) {
    return Done{};
  }
  if (identity.method == kPublisherMethod) {
    return not_authorized("no TorrentWsAllow with role=publisher of the server's configuration lets " + identity.user +
                          " publish to \"" + pattern.uri + "\"");
  }
  return not_authorized(identity.user.empty()
                            ? kSignInFirst
                            : "no TorrentWsAllow of the server's configuration lets " + identity.user + " do that");
}

Status Realm::may_use_own_names(const Identity& identity) const {
  if (identity.user.empty() && !policy_.open_to_anybody) {
    return not_authorized(kSignInFirst);
  }
  return Done{};
}

Status Realm::may_subscribe(const Identity& identity, const UriPattern& topics, UriRules rules) const {
  if (topics.match != Match::kExact || !is_reserved(topics.uri) || !is_uri_pattern(topics, rules)) {
    return check(Action::kSubscribe, identity, topics, rules);
  }
  if (is_meta(topics.uri) && !may_administer(identity)) {
    return not_authorized("what happens in the realm is for its administrators to see");
  }
  return may_use_own_names(identity);
}

Status Realm::may_publish(const Identity& identity, const std::string& topic, UriRules rules) const {
  if (is_reserved(topic)) {
    return not_authorized("\"" + topic + "\" is one of the server's own names");
  }
  return check(Action::kPublish, identity, {topic, Match::kExact}, rules);
}

Status Realm::may_call(const Identity& identity, const std::string& procedure, UriRules rules) const {
  if (!is_reserved(procedure) || !is_uri(procedure, rules)) {
    return check(Action::kCall, identity, {procedure, Match::kExact}, rules);
  }
  const bool for_everybody = std::find(kForEverybody.begin(), kForEverybody.end(), procedure) != kForEverybody.end();
  if (is_meta(procedure) && !for_everybody && !may_administer(identity)) {
    return not_authorized("WAMP's meta procedures are for the realm's administrators");
  }
  return for_everybody ? Done{} : may_use_own_names(identity);
}

Status Realm::may_register(const Identity& identity, const UriPattern& procedures, UriRules rules) const {
  if (is_reserved(procedures.uri)) {
    return not_authorized("\"" + procedures.uri + "\" is one of the server's own names");
  }
  return check(Action::kRegister, identity, procedures, rules);
}

void Realm::set_policy(RealmPolicy policy) {
  policy_ = std::move(policy);
  constexpr const char* kReason = "the server's configuration allows it no longer";
  for (Session* session : sessions()) {
    for (Subscription* subscription : broker_.subscriptions_of(*session)) {
      if (!may_subscribe(session->identity(), subscription->pattern, session->uri_rules())) {
        broker_.revoke(*session, *subscription, kReason);
      }
    }
    for (Registration* registration : dealer_.registrations().of_session(*session)) {
      if (!may_register(session->identity(), registration->pattern, session->uri_rules())) {
        dealer_.revoke(*registration->callee(*session), *registration, kReason);
      }
    }
  }
}

CraKey Realm::decoy_key(const std::string& user) const {
  // As of TorrentWsTokens.php.
  constexpr std::size_t kSaltDigits = 32;
  constexpr std::int64_t kIterations = 10'000;
  constexpr std::int64_t kKeyBytes = 32;
  const std::string signature = cra_signature(decoy_secret_, user);
  std::string salt = to_hex(reinterpret_cast<const unsigned char*>(signature.data()), signature.size());
  salt.resize(kSaltDigits);
  return {random_hex(), std::move(salt), kIterations, kKeyBytes};
}

void Realm::add(Session& session) { sessions_.emplace(session.id(), &session); }

void Realm::remove(Session& session) { sessions_.erase(session.id()); }

Session* Realm::find(Id session) const {
  const auto found = sessions_.find(session);
  return found == sessions_.end() ? nullptr : found->second;
}

std::vector<Session*> Realm::sessions() const {
  std::vector<Session*> all;
  all.reserve(sessions_.size());
  for (const auto& [id, session] : sessions_) {
    all.push_back(session);
  }
  return all;
}

}  // namespace tws::wamp
