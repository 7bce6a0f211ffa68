#include "topics/preferences_topic.hpp"

#include <utility>

#include "wamp/session.hpp"
#include "wire/error_uris.hpp"

namespace tws {

namespace {

// Until a database that failed is asked once more for those who wait.
constexpr auto kRetry = std::chrono::seconds(5);

std::string json(const wamp::Value& value) {
  std::string text;
  wamp::encode(text, wamp::Serializer::kJson, value);
  return text;
}

// Each value as a text of its own, which nobody has to read between here and the next page. Null stays null.
wamp::Value in_texts(const wamp::Value& preferences) {
  wamp::Value texts = wamp::Value::object();
  for (const auto& [name, value] : preferences.items()) {
    texts[name] = value.is_null() ? wamp::Value() : wamp::Value(json(value));
  }
  return texts;
}

wamp::EventPtr event(const wamp::Subscription& subscription, std::string kwargs) {
  return subscription.event(std::make_shared<const wamp::Payload>(wamp::kwargs_payload(std::move(kwargs))));
}

}  // namespace

PreferencesTopic::PreferencesTopic(wamp::Realm& realm, Jobs& jobs, bool has_database,
                                   std::chrono::milliseconds job_timeout)
    : realm_(realm), jobs_(jobs), has_database_(has_database), job_timeout_(job_timeout) {
  realm.dealer().add_server_procedure("preferences.get", [this](const wamp::Call& call) { get(call); });
  realm.dealer().add_server_procedure("preferences.set", [this](const wamp::Call& call) { set(call); });
}

Status PreferencesTopic::may_have(const std::string& user) const {
  if (!has_database_) {
    return Error{"the server keeps no preferences, as it has no database (TorrentWsDatabase)",
                 error_uri::kNotSupported};
  }
  return user.empty() ? Status(Error{"preferences are a user's, and nobody has signed in", error_uri::kNotAuthorized})
                      : Status(Done{});
}

void PreferencesTopic::get(const wamp::Call& call) {
  const Caller caller{call.session, call.request, call.user};
  if (!call.kwargs.empty()) {
    answer(caller, Error{"preferences.get has no arguments", error_uri::kInvalidArgument});
    return;
  }
  JobRequest job = request("preferences.get", wamp::Value::object(), call.user);
  job.repeatable = true;
  run_call(caller, std::move(job), [this, caller](Result<std::string> outcome) { answer(caller, std::move(outcome)); });
}

void PreferencesTopic::set(const wamp::Call& call) {
  const Caller caller{call.session, call.request, call.user};
  const wamp::Value* preferences = wamp::member(call.kwargs, "preferences");
  if (preferences == nullptr || !preferences->is_object() || call.kwargs.size() != 1) {
    answer(caller, Error{"preferences.set has one argument, preferences: a dictionary of names and values",
                         error_uri::kInvalidArgument});
    return;
  }
  std::string changes = json(*preferences);
  if (changes.size() > kMaxBytes) {
    answer(caller, Error{"argument preferences must have " + std::to_string(kMaxBytes) + " bytes of JSON at most",
                         error_uri::kInvalidArgument});
    return;
  }
  // Not repeatable: a second worker might do it after the next one has been done.
  run_call(caller, request("preferences.set", {{"preferences", in_texts(*preferences)}}, call.user),
           [this, caller, changes = std::move(changes)](Result<std::string> outcome) {
             if (outcome) {
               tell_others(caller.user, changes, caller.session);
             }
             answer(caller, std::move(outcome));
           });
}

void PreferencesTopic::answer(const Caller& caller, Result<std::string> outcome) {
  realm_.dealer().answer(
      caller.session, caller.request,
      outcome ? wamp::Answer(wamp::kwargs_payload(std::move(*outcome))) : wamp::Answer(outcome.error()));
}

JobRequest PreferencesTopic::request(const char* name, wamp::Value arguments, const std::string& user) const {
  arguments["user_id"] = user;
  JobRequest request;
  request.name = name;
  request.body = json(arguments);
  request.user = user;
  request.timeout = job_timeout_;
  return request;
}

void PreferencesTopic::run_call(const Caller& caller, JobRequest request, JobDone done) {
  if (const auto allowed = may_have(caller.user); !allowed) {
    answer(caller, allowed.error());
    return;
  }
  if (users_[caller.user].waiting.size() >= kMaxWaiting) {
    answer(caller, Error{"too many of these calls of this user are under way", error_uri::kTooManyCalls});
    return;
  }
  request.caller = caller.session;
  run(caller.user, {std::move(request), std::move(done)});
}

void PreferencesTopic::run(const std::string& name, Task task) {
  User& user = users_[name];
  user.waiting.push_back(std::move(task));
  if (!user.busy) {
    run_next(name);
  }
}

void PreferencesTopic::run_next(const std::string& name) {
  User& user = users_.at(name);
  user.busy = !user.waiting.empty();
  if (!user.busy) {
    forget_if_empty(name);
    return;
  }
  Task task = std::move(user.waiting.front());
  user.waiting.pop_front();
  jobs_.submit(std::move(task.request), [this, name, done = std::move(task.done)](Result<std::string> outcome) {
    done(std::move(outcome));
    run_next(name);
  });
}

void PreferencesTopic::read_for_newcomers(const std::string& name) {
  User& user = users_.at(name);
  user.reading = !user.newcomers.empty();
  if (!user.reading) {
    forget_if_empty(name);
    return;
  }
  JobRequest job = request("preferences.get", wamp::Value::object(), name);
  job.repeatable = true;
  run(name, {std::move(job), [this, name](const Result<std::string>& outcome) {
               if (outcome) {
                 tell_newcomers(name, *outcome);
                 return;
               }
               realm_.timers().after(kRetry, [this, name] { read_for_newcomers(name); });
             }});
}

void PreferencesTopic::tell_newcomers(const std::string& name, const std::string& preferences) {
  User& user = users_.at(name);
  user.reading = false;
  const wamp::Subscription& subscription = realm_.broker().server_subscription(kName, "");
  const wamp::EventPtr told = event(subscription, R"({"snapshot":true,)" + preferences.substr(1));
  for (wamp::Session* session : std::exchange(user.newcomers, {})) {
    user.sessions.insert(session);
    session->offer_event(subscription, told);
  }
}

void PreferencesTopic::tell_others(const std::string& name, const std::string& changes, wamp::Id caller) {
  const User& user = users_.at(name);
  const wamp::Subscription& subscription = realm_.broker().server_subscription(kName, "");
  const wamp::EventPtr told = event(subscription, R"({"snapshot":false,"preferences":)" + changes + "}");
  for (wamp::Session* session : user.sessions) {
    if (session->id() != caller) {
      session->offer_event(subscription, told);
    }
  }
}

void PreferencesTopic::forget_if_empty(const std::string& name) {
  const User& user = users_.at(name);
  if (user.sessions.empty() && user.newcomers.empty() && !user.busy && !user.reading) {
    users_.erase(name);
  }
}

Result<std::string> PreferencesTopic::format_of(const std::string& /*topic*/, const wamp::Value& /*options*/) const {
  return std::string();
}

Status PreferencesTopic::admit(const wamp::Session& session) const { return may_have(session.identity().user); }

void PreferencesTopic::on_subscribed(wamp::Session& session, const wamp::Subscription& /*subscription*/) {
  const std::string& name = session.identity().user;
  User& user = users_[name];
  user.sessions.erase(&session);
  user.newcomers.insert(&session);
  // Those who come while it is under way are told by it, too.
  if (!user.reading) {
    read_for_newcomers(name);
  }
}

void PreferencesTopic::on_unsubscribed(wamp::Session& session, const wamp::Subscription& /*subscription*/) {
  const std::string& name = session.identity().user;
  User& user = users_.at(name);
  user.sessions.erase(&session);
  user.newcomers.erase(&session);
  forget_if_empty(name);
}

}  // namespace tws
