// DaemonConfig: how to reach one daemon and what may be asked of it, out of the frame `configure`.
#pragma once

#include <string>

#include "support/json.hpp"
#include "support/result.hpp"
#include "worker/download_roots.hpp"
#include "worker/timers.hpp"

namespace tws::worker {

struct DaemonConfig {
  std::string name;
  std::string url;  // http or https
  std::string username;
  std::string password;
  bool has_credentials = false;
  Milliseconds timeout{10000};
  Milliseconds poll_interval{1000};
  DownloadRoots download_roots;
  std::string key_prefix;  // stands before each hash in what is published
  std::string database;    // the SQLite file that knows who added torrents; empty: none
};

// Reads the members `daemon` and `database` of the configuration; the error says what is wrong, without credentials.
Result<DaemonConfig> read_daemon_config(const json_t* configuration);

}  // namespace tws::worker
