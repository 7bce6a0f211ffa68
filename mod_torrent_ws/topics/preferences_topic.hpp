// The topic `preferences` (docs/topics.md), and the procedures preferences.get and preferences.set: what a user chose
// about the pages, kept in the database by workers of the pool; for all sessions of this user, and nobody else.
// Event-loop thread only.
#pragma once

#include <chrono>
#include <deque>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "jobs/jobs.hpp"
#include "wamp/broker.hpp"
#include "wamp/realm.hpp"

namespace tws {

class PreferencesTopic final : public wamp::ServerTopic {
 public:
  static constexpr const char* kName = "preferences";
  // Jobs of one user that wait for those before them; more calls are refused.
  static constexpr std::size_t kMaxWaiting = 32;
  // Of the changes of one call, as JSON: more than a user may have, so that workers are not asked in vain.
  static constexpr std::size_t kMaxBytes = 65'536;

  // Adds the procedures to the realm's dealer. Realm and jobs outlive it. Without a database everything is refused.
  PreferencesTopic(wamp::Realm& realm, Jobs& jobs, bool has_database, std::chrono::milliseconds job_timeout);

  // ServerTopic
  Result<std::string> format_of(const std::string& topic, const wamp::Value& options) const override;
  [[nodiscard]] Status admit(const wamp::Session& session) const override;
  void on_subscribed(wamp::Session& session, const wamp::Subscription& subscription) override;
  void on_unsubscribed(wamp::Session& session, const wamp::Subscription& subscription) override;

 private:
  // Who is to be answered.
  struct Caller {
    wamp::Id session;
    wamp::Id request;
    std::string user;
  };
  struct Task {
    JobRequest request;
    JobDone done;
  };
  struct User {
    std::unordered_set<wamp::Session*> sessions;   // that had their snapshot
    std::unordered_set<wamp::Session*> newcomers;  // that wait for it
    // One job at a time: what was chosen last is written last, and told last.
    std::deque<Task> waiting;
    bool busy = false;
    // A job for the newcomers waits, is under way, or is about to be tried again.
    bool reading = false;
  };

  void get(const wamp::Call& call);
  void set(const wamp::Call& call);
  void answer(const Caller& caller, Result<std::string> outcome);
  // Whether this user may have any, or an error for the client.
  [[nodiscard]] Status may_have(const std::string& user) const;
  [[nodiscard]] JobRequest request(const char* name, wamp::Value arguments, const std::string& user) const;
  // Unless it is refused, which the caller is told.
  void run_call(const Caller& caller, JobRequest request, JobDone done);
  void run(const std::string& name, Task task);
  void run_next(const std::string& name);
  // As long as there are any.
  void read_for_newcomers(const std::string& name);
  void tell_newcomers(const std::string& name, const std::string& preferences);
  // A change, as JSON, to all but who made it.
  void tell_others(const std::string& name, const std::string& changes, wamp::Id caller);
  void forget_if_empty(const std::string& name);

  wamp::Realm& realm_;
  Jobs& jobs_;
  const bool has_database_;
  const std::chrono::milliseconds job_timeout_;
  std::unordered_map<std::string, User> users_;
};

}  // namespace tws
