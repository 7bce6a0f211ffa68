// The server's procedures (docs/procedures.md): each becomes a job for the daemon's worker, which checks
// the arguments. Those of the list are in topics/list_calls.hpp. Event-loop thread only.
#pragma once

#include <chrono>

#include "jobs/jobs.hpp"
#include "topics/commands_topic.hpp"
#include "topics/torrents_topic.hpp"
#include "wamp/realm.hpp"

namespace tws {

// The daemon that a call names, or the only one.
Result<DaemonFeed*> find_feed(const Feeds& feeds, const wamp::Value& kwargs);

// The longest time for a call.
struct CallTimes {
  std::chrono::milliseconds reads;
  std::chrono::milliseconds commands;  // which change something
};

// Adds them to the realm's dealer. All references outlive the jobs.
void add_procedures(wamp::Realm& realm, Jobs& jobs, const Feeds& feeds, CommandsTopic& commands,
                    const CallTimes& times);

}  // namespace tws
