// The role `pool`: blocking jobs, one at a time.
#pragma once

#include "support/json.hpp"
#include "worker/job_socket.hpp"

namespace tws::worker {

// Runs until the loop closes the socket; gives the process's exit status. `configuration` is the body
// of the frame `configure`.
int run_pool_worker(JobSocket& socket, const Json& configuration);

}  // namespace tws::worker
