// What an HTTP answer of a Transmission RPC server means.
#pragma once

#include <string>

#include "worker/rpc_client.hpp"

namespace tws::worker {

// Reads a complete answer; its reason says what an administrator can do about it.
RpcReply read_rpc_answer(long http_status, const std::string& body);

}  // namespace tws::worker
