#include "wamp/realm.hpp"

#include <algorithm>

#include "wamp/session.hpp"
#include "wamp/uri.hpp"
#include "wire/error_uris.hpp"

namespace tws::wamp {

namespace {

Error invalid_uri(std::string_view uri) {
  return Error{"\"" + std::string(uri) + "\" is not a URI", error_uri::kInvalidUri};
}

}  // namespace

bool Realm::is_admin(const std::string& user) const {
  return std::find(policy_.admins.begin(), policy_.admins.end(), user) != policy_.admins.end();
}

Status Realm::may_use(const Identity& identity, std::string_view uri) const {
  if (!is_uri(uri)) {
    return invalid_uri(uri);
  }
  if (identity.user.empty() && !policy_.open_to_anybody) {
    return Error{"sign in first: by ticket, with a token in the subscription's options, or to the site",
                 error_uri::kNotAuthorized};
  }
  return Done{};
}

Status Realm::may_provide(const Identity& /*identity*/, std::string_view uri) const {
  if (!is_uri(uri)) {
    return invalid_uri(uri);
  }
  if (is_reserved(uri)) {
    return Error{"\"" + std::string(uri) + "\" is one of the server's own names", error_uri::kNotAuthorized};
  }
  if (!policy_.open_to_anybody) {
    return Error{"clients may not publish or register in this realm", error_uri::kNotAuthorized};
  }
  return Done{};
}

void Realm::add(Session& session) {
  sessions_.emplace(session.id(), &session);
  dealer_.join(session);
}

void Realm::remove(Session& session) {
  sessions_.erase(session.id());
  broker_.forget(session);
  dealer_.leave(session);
}

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
