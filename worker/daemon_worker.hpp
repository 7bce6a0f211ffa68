// The role `daemon`: everything that is asked of one transmission-daemon.
#pragma once

#include "support/json.hpp"
#include "worker/job_socket.hpp"

namespace tws::worker {

// Runs until the loop closes the socket; gives the process's exit status. `configuration` is the body
// of the frame `configure`.
int run_daemon_worker(JobSocket& socket, const Json& configuration);

}  // namespace tws::worker
