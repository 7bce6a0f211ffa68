// The table of procedures (docs/procedures.md): what a user may make a daemon do, and with which arguments.
#pragma once

#include <span>
#include <string_view>

#include "support/json.hpp"
#include "support/result.hpp"
#include "worker/argument_checks.hpp"
#include "worker/torrent_fields.hpp"

namespace tws::worker {

struct Argument {
  const char* name;
  ArgumentCheck check;
  bool required = false;
  int rpc_version = kOldestRpcVersion;  // the first that knows it
};

// What a procedure changes in what is published.
enum class Effect {
  kNothing,
  kTorrents,  // those of its `ids`
  kRemoval,   // its `ids` are gone
  kAddition,  // the torrent of its result
  kSettings,
};

struct Procedure {
  std::string_view name;
  const char* method;
  std::span<const Argument> arguments;
  Effect effect = Effect::kNothing;
  bool reads_only = false;  // may be repeated without harm
  bool admin_only = false;
  bool late = false;  // the daemon answers when somebody beyond it has: others do not wait for it
  int rpc_version = kOldestRpcVersion;
};

// Null if there is none of this name.
const Procedure* find_procedure(std::string_view name);

// The arguments to send, or the error to answer: every argument must be in the table and of its type.
Result<Json> check_arguments(const Procedure& procedure, const json_t* arguments, const DownloadRoots& roots);

// These are for arguments that passed the check.

// Whether a daemon of this RPC version knows the procedure, its arguments and the fields that they name. The error
// tells which it does not know, and which release of transmission-daemon does.
Status check_rpc_version(const Procedure& procedure, const json_t* arguments, int rpc_version);
// Whether the daemon answers at once, or fetches something first.
bool is_late(const Procedure& procedure, const json_t* arguments);

}  // namespace tws::worker
