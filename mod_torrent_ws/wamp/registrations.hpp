// Registrations: the procedures that clients registered, by pattern, and whose turn it is (wamp-proto, advanced
// profile, "Pattern-based Registration" and "Shared Registration"). Event-loop thread only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "support/result.hpp"
#include "wamp/pattern_table.hpp"
#include "wamp/session_entries.hpp"
#include "wamp/value.hpp"

namespace tws::wamp {

class SessionV2;

// Which of several callees gets a call.
enum class Invoke { kSingle, kRoundRobin, kRandom, kFirst, kLast };

// Of WAMP's option `invoke`; unknown: nullopt.
std::optional<Invoke> invoke_of(std::string_view name);
std::string_view name_of(Invoke invoke);

struct Callee {
  SessionV2* session = nullptr;
  bool disclose_caller = false;  // it asked for that
};

struct Registration {
  Id id = 0;
  UriPattern pattern;
  Invoke invoke = Invoke::kSingle;
  std::string created;  // ISO 8601
  std::vector<Callee> callees;
  std::size_t next = 0;  // in round robin

  // Whose turn it is; there is one.
  const Callee& choose();
  // Null: the session is none of its callees.
  [[nodiscard]] SessionV2* callee(const Session& session) const;
};

class Registrations {
 public:
  struct Added {
    Registration& registration;
    bool is_created;  // this callee is its first
  };

  // wamp.error.procedure_already_exists where the pattern is taken and not shared in the same way, or the session has
  // it already.
  Result<Added> add(SessionV2& session, const UriPattern& pattern, Invoke invoke, bool disclose_caller);
  // Whether the registration has gone with its last callee.
  bool remove(const Session& session, Registration& registration);

  // The one that a call goes to: exact, then the longest prefix, then wildcards. Null: none.
  [[nodiscard]] Registration* match(const std::string& procedure) const;
  [[nodiscard]] Registration* find(Id id) const;
  [[nodiscard]] Registration* find(const UriPattern& pattern) const { return table_.find(pattern); }
  // As of now.
  [[nodiscard]] std::vector<Registration*> of_session(const Session& session) const { return of_sessions_.of(session); }
  // Whether the session, which may have `most`, has room for one of this pattern.
  [[nodiscard]] bool has_room(const Session& session, const UriPattern& pattern, std::size_t most) const {
    return of_sessions_.has_room(session, pattern, most);
  }
  [[nodiscard]] std::vector<const Registration*> all() const;

 private:
  PatternTable<Registration> table_;
  std::unordered_map<Id, Registration*> by_id_;
  SessionEntries<Registration> of_sessions_;
  Id last_id_ = 0;
};

// Registration details of the meta API.
Value details_of(const Registration& registration);

}  // namespace tws::wamp
