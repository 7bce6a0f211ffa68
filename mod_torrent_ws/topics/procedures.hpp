// The server's procedures (docs/procedures.md): each becomes a job for the daemon's worker, which checks
// the arguments; torrents.snapshot and torrents.since are answered out of the loop's cache.
// Event-loop thread only.
#pragma once

#include <chrono>

#include "jobs/jobs.hpp"
#include "topics/torrents_topic.hpp"
#include "wamp/dealer.hpp"

namespace tws {

// Adds them to the dealer. All references outlive it.
void add_procedures(wamp::Dealer& dealer, Jobs& jobs, const Feeds& feeds, std::chrono::milliseconds timeout);

}  // namespace tws
