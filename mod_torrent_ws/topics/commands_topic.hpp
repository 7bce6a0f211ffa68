// The topic `torrents.commands` (docs/topics.md): what a user's calls had the daemons do, and how it ended; for all
// sessions of this user, and nobody else. Changes of a quarter of a second are one event, encoded once for all of them.
// Event-loop thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "wamp/broker.hpp"
#include "wamp/timers.hpp"

namespace tws {

class CommandsTopic final : public wamp::ServerTopic {
 public:
  static constexpr const char* kName = "torrents.commands";
  // Of one user, those that ended included. One more takes the place of the one that ended first; while all are under
  // way it is not listed.
  static constexpr std::size_t kMaxCommands = 500;
  // Torrents of one command, and of all of a user's, that are named; more are only counted.
  static constexpr std::size_t kMaxIds = 1'000;
  static constexpr std::size_t kMaxIdsOfUser = 20'000;

  // Counts up for each user. 0: not listed.
  using CommandId = std::uint64_t;

  // Both outlive it.
  CommandsTopic(wamp::Broker& broker, wamp::Timers& timers) : broker_(broker), timers_(timers) {}

  // A call of this user's begins, with these arguments.
  CommandId begin(const std::string& name, const std::string& procedure, const std::string& daemon,
                  const wamp::Value& kwargs);
  // Why it is not done yet, for people.
  void explain(const std::string& name, CommandId id, std::string reason);
  void end(const std::string& name, CommandId id, const Status& outcome);

  // ServerTopic
  Result<std::string> format_of(const std::string& topic, const wamp::Value& options) const override;
  void on_subscribed(wamp::Session& session, const wamp::Subscription& subscription) override;
  void on_unsubscribed(wamp::Session& session, const wamp::Subscription& subscription) override;

 private:
  struct Command {
    std::string description;  // JSON members that never change, without braces
    std::size_t ids = 0;      // that it names
    const char* state = "pending";
    double since = 0;  // Unix seconds
    double ended = 0;
    std::string error;
    std::string message;
  };
  struct User {
    std::unordered_set<wamp::Session*> sessions;
    CommandId last_id = 0;
    std::map<CommandId, Command> commands;
    std::deque<CommandId> ended;  // in the order in which they did
    std::size_t ids = 0;          // of all of them
    // For the next event.
    std::set<CommandId> changed;
    std::vector<CommandId> removed;
    bool event_due = false;
    wamp::EventPtr snapshot;  // for who comes; null: not made since the last change
  };

  // Null: there is no such command any more.
  Command* find(const std::string& name, CommandId id);
  void change(const std::string& name, CommandId id);
  void publish_later(const std::string& name, User& user);
  void publish(const std::string& name);
  static std::string describe(const Command& command);
  // Members and elements of JSON.
  static wamp::EventPtr event(const wamp::Subscription& subscription, const std::string& commands,
                              const std::string& removed, bool is_snapshot);
  static void remove_first_ended(User& user);
  void forget(const std::string& name, CommandId id);
  void forget_if_empty(const std::string& name);

  wamp::Broker& broker_;
  wamp::Timers& timers_;
  std::unordered_map<std::string, User> users_;
};

}  // namespace tws
