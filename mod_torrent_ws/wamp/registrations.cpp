#include "wamp/registrations.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "support/random.hpp"
#include "wamp/clock.hpp"
#include "wamp/session_v2.hpp"
#include "wire/error_uris.hpp"

namespace tws::wamp {

namespace {

constexpr std::array<std::pair<std::string_view, Invoke>, 5> kInvokeNames = {{{"single", Invoke::kSingle},
                                                                              {"roundrobin", Invoke::kRoundRobin},
                                                                              {"random", Invoke::kRandom},
                                                                              {"first", Invoke::kFirst},
                                                                              {"last", Invoke::kLast}}};

}  // namespace

std::optional<Invoke> invoke_of(std::string_view name) {
  const auto* found =
      std::find_if(kInvokeNames.begin(), kInvokeNames.end(), [name](const auto& entry) { return entry.first == name; });
  return found == kInvokeNames.end() ? std::nullopt : std::optional(found->second);
}

std::string_view name_of(Invoke invoke) {
  return std::find_if(kInvokeNames.begin(), kInvokeNames.end(),
                      [invoke](const auto& entry) { return entry.second == invoke; })
      ->first;
}

const Callee& Registration::choose() {
  switch (invoke) {
    case Invoke::kRoundRobin:
      next = next < callees.size() ? next : 0;
      return callees[next++];
    case Invoke::kRandom:
      return callees[random_id() % callees.size()];
    case Invoke::kLast:
      return callees.back();
    default:
      return callees.front();
  }
}

SessionV2* Registration::callee(const Session& session) const {
  const auto found = std::find_if(callees.begin(), callees.end(),
                                  [&session](const Callee& callee) { return callee.session == &session; });
  return found == callees.end() ? nullptr : found->session;
}

Result<Registrations::Added> Registrations::add(SessionV2& session, const UriPattern& pattern, Invoke invoke,
                                                bool disclose_caller) {
  Registration* present = table_.find(pattern);
  if (present != nullptr &&
      (invoke == Invoke::kSingle || present->invoke != invoke || present->callee(session) != nullptr)) {
    return Error{pattern.uri + " is registered already", error_uri::kProcedureAlreadyExists};
  }
  const bool is_created = present == nullptr;
  if (is_created) {
    present = &table_.add(pattern,
                          std::make_unique<Registration>(Registration{++last_id_, pattern, invoke, utc_now(), {}, 0}));
    by_id_.emplace(present->id, present);
  }
  present->callees.push_back({&session, disclose_caller});
  of_sessions_.add(session, *present);
  return Added{*present, is_created};
}

bool Registrations::remove(const Session& session, Registration& registration) {
  std::erase_if(registration.callees, [&session](const Callee& callee) { return callee.session == &session; });
  of_sessions_.remove(session, registration);
  if (!registration.callees.empty()) {
    return false;
  }
  by_id_.erase(registration.id);
  table_.remove(UriPattern(registration.pattern));
  return true;
}

Registration* Registrations::match(const std::string& procedure) const {
  Registration* found = nullptr;
  table_.match(procedure, [&found](Registration& registration) {
    found = &registration;
    return true;
  });
  return found;
}

Registration* Registrations::find(Id id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

std::vector<const Registration*> Registrations::all() const {
  std::vector<const Registration*> found;
  for (const auto& [id, registration] : by_id_) {
    found.push_back(registration);
  }
  return found;
}

Value details_of(const Registration& registration) {
  return {{"id", registration.id},
          {"created", registration.created},
          {"uri", registration.pattern.uri},
          {"match", name_of(registration.pattern.match)},
          {"invoke", name_of(registration.invoke)}};
}

}  // namespace tws::wamp
