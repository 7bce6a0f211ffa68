#include "topics/commands_topic.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "support/json.hpp"
#include "wamp/clock.hpp"
#include "wamp/session.hpp"
#include "wire/error_uris.hpp"

namespace tws {

namespace {

// What begins and ends meanwhile is told once.
constexpr auto kBatchTime = std::chrono::milliseconds(250);
constexpr auto kKeepTime = std::chrono::seconds(60);
// An info hash has 40; what is longer is none, and refused by the worker.
constexpr std::size_t kMaxIdLength = 64;

void append_member(std::string& json, std::string_view name, std::string_view text) {
  json.append(json.empty() || json.back() == '{' ? "\"" : ",\"").append(name).append("\":");
  append_json_string(json, text);
}

void append_time(std::string& json, std::string_view name, double seconds) {
  json.append(",\"").append(name).append("\":").append(wamp::Value(seconds).dump());
}

std::string& append_key(std::string& json, std::uint64_t id) {
  return json.append(json.empty() ? "\"" : ",\"").append(std::to_string(id)).append("\"");
}

// Names of a call's torrents as a JSON list's elements, `most` of them; how many they are.
std::size_t append_ids(std::string& json, const wamp::Value& ids, std::size_t most) {
  std::size_t named = 0;
  for (const wamp::Value& id : ids) {
    const auto* text = id.get_ptr<const std::string*>();
    if (text != nullptr && text->size() <= kMaxIdLength && named < most) {
      json.append(named++ == 0 ? "" : ",");
      append_json_string(json, *text);
    }
  }
  return named;
}

}  // namespace

CommandsTopic::CommandId CommandsTopic::begin(const std::string& name, const std::string& procedure,
                                              const std::string& daemon, const wamp::Value& kwargs) {
  User& user = users_[name];
  if (user.commands.size() >= kMaxCommands) {
    if (user.ended.empty()) {
      return 0;
    }
    remove_first_ended(user);
  }
  Command command;
  command.since = wamp::unix_now();
  append_member(command.description, "procedure", procedure);
  append_member(command.description, "daemon", daemon);
  const wamp::Value* given = wamp::member(kwargs, "ids");
  const wamp::Value none = wamp::Value::array();
  const wamp::Value& ids = given != nullptr && given->is_array() ? *given : none;
  command.description.append(",\"ids\":[");
  command.ids = append_ids(command.description, ids, std::min(kMaxIds, kMaxIdsOfUser - user.ids));
  command.description.append("],\"count\":").append(std::to_string(ids.size()));
  user.ids += command.ids;
  const CommandId id = ++user.last_id;
  user.commands.emplace(id, std::move(command));
  change(name, id);
  return id;
}

void CommandsTopic::explain(const std::string& name, CommandId id, std::string reason) {
  if (Command* command = find(name, id)) {
    command->message = std::move(reason);
    change(name, id);
  }
}

void CommandsTopic::end(const std::string& name, CommandId id, const Status& outcome) {
  Command* command = find(name, id);
  if (command == nullptr) {
    return;
  }
  command->ended = wamp::unix_now();
  command->state = "done";
  command->message.clear();
  if (!outcome) {
    command->error = outcome.error().uri;
    command->message = outcome.error().message;
    command->state = command->error == error_uri::kOutcomeUnknown ? "unknown" : "failed";
  }
  users_.at(name).ended.push_back(id);
  change(name, id);
  timers_.after(kKeepTime, [this, name, id] { forget(name, id); });
}

// It may be gone by then, as others needed its place.
void CommandsTopic::forget(const std::string& name, CommandId id) {
  if (find(name, id) != nullptr) {
    User& user = users_.at(name);
    remove_first_ended(user);
    publish_later(name, user);
  }
}

CommandsTopic::Command* CommandsTopic::find(const std::string& name, CommandId id) {
  const auto user = users_.find(name);
  if (user == users_.end()) {
    return nullptr;
  }
  const auto found = user->second.commands.find(id);
  return found == user->second.commands.end() ? nullptr : &found->second;
}

void CommandsTopic::change(const std::string& name, CommandId id) {
  User& user = users_.at(name);
  user.snapshot.reset();
  user.changed.insert(id);
  publish_later(name, user);
}

void CommandsTopic::publish_later(const std::string& name, User& user) {
  if (!std::exchange(user.event_due, true)) {
    timers_.after(kBatchTime, [this, name] { publish(name); });
  }
}

void CommandsTopic::remove_first_ended(User& user) {
  const CommandId id = user.ended.front();
  user.ended.pop_front();
  user.ids -= user.commands.at(id).ids;
  user.commands.erase(id);
  user.changed.erase(id);
  user.snapshot.reset();
  user.removed.push_back(id);
}

std::string CommandsTopic::describe(const Command& command) {
  std::string json = "{" + command.description;
  append_member(json, "state", command.state);
  append_time(json, "since", command.since);
  if (command.ended > 0) {
    append_time(json, "ended", command.ended);
  }
  if (!command.error.empty()) {
    append_member(json, "error", command.error);
  }
  if (!command.message.empty()) {
    append_member(json, "message", command.message);
  }
  return json.append("}");
}

wamp::EventPtr CommandsTopic::event(const wamp::Subscription& subscription, const std::string& commands,
                                    const std::string& removed, bool is_snapshot) {
  std::string kwargs = std::string(R"({"snapshot":)") + (is_snapshot ? "true" : "false") + R"(,"commands":{)";
  kwargs.append(commands).append(R"(},"removed":[)").append(removed).append("]}");
  return subscription.event(std::make_shared<const wamp::Payload>(wamp::kwargs_payload(std::move(kwargs))));
}

void CommandsTopic::publish(const std::string& name) {
  User& user = users_.at(name);
  user.event_due = false;
  const auto changed_ids = std::exchange(user.changed, {});
  const auto removed_ids = std::exchange(user.removed, {});
  if (!user.sessions.empty()) {
    std::string commands;
    for (const CommandId id : changed_ids) {
      append_key(commands, id).append(":").append(describe(user.commands.at(id)));
    }
    std::string removed;
    for (const CommandId id : removed_ids) {
      append_key(removed, id);
    }
    const wamp::Subscription& subscription = broker_.server_subscription(kName, "");
    const wamp::EventPtr told = event(subscription, commands, removed, false);
    for (wamp::Session* session : user.sessions) {
      session->offer_event(subscription, told);
    }
  }
  forget_if_empty(name);
}

void CommandsTopic::forget_if_empty(const std::string& name) {
  const User& user = users_.at(name);
  if (user.sessions.empty() && user.commands.empty() && !user.event_due) {
    users_.erase(name);
  }
}

Result<std::string> CommandsTopic::format_of(const std::string& /*topic*/, const wamp::Value& /*options*/) const {
  return std::string();
}

void CommandsTopic::on_subscribed(wamp::Session& session, const wamp::Subscription& subscription) {
  User& user = users_[session.identity().user];
  user.sessions.insert(&session);
  if (!user.snapshot) {
    std::string commands;
    for (const auto& [id, command] : user.commands) {
      append_key(commands, id).append(":").append(describe(command));
    }
    user.snapshot = event(subscription, commands, "", true);
  }
  session.offer_event(subscription, user.snapshot);
}

void CommandsTopic::on_unsubscribed(wamp::Session& session, const wamp::Subscription& /*subscription*/) {
  const std::string& name = session.identity().user;
  users_.at(name).sessions.erase(&session);
  forget_if_empty(name);
}

}  // namespace tws
