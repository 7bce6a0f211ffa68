// The site's database of tokens, logins and keys, as WAMP's sign-in asks it: each question is a job of a pool worker
// (docs/worker-protocol.md). Event-loop thread only.
#pragma once

#include <chrono>

#include "jobs/jobs.hpp"
#include "wamp/realm.hpp"

namespace tws {

// `jobs` outlives what is returned. Without `login_table` a login of httpd's is the user id; with it and without a
// database, which is there from a restart on, nobody's login is one.
wamp::Directory directory_of(Jobs& jobs, bool has_database, bool login_table, std::chrono::milliseconds timeout);

}  // namespace tws
