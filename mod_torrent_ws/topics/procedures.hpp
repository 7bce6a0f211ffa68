// The server's procedures (docs/procedures.md): each becomes a job for the daemon's worker, which checks
// the arguments. Those of the list are in topics/list_calls.hpp. Event-loop thread only.
#pragma once

#include <chrono>

#include "jobs/jobs.hpp"
#include "topics/torrents_topic.hpp"
#include "wamp/dealer.hpp"

namespace tws {

// The daemon that a call names, or the only one.
Result<DaemonFeed*> find_feed(const Feeds& feeds, const wamp::Value& kwargs);

// Adds them to the dealer. All references outlive it.
void add_procedures(wamp::Dealer& dealer, Jobs& jobs, const Feeds& feeds, std::chrono::milliseconds timeout);

}  // namespace tws
