// What an HTTP answer of a Transmission RPC server means.
#pragma once

#include <string>
#include <string_view>

#include "worker/rpc_client.hpp"

namespace tws::worker {

// Reads a complete answer to a request for `method`, in either dialect; what it gives is in 3.00's names. Its reason
// says what an administrator can do about it.
RpcReply read_rpc_answer(long http_status, const std::string& body, std::string_view method);

}  // namespace tws::worker
