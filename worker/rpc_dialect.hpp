// The two dialects of Transmission's RPC: its own envelope with the names of 3.00, and since 4.1 JSON-RPC 2.0 with
// names in snake_case. Everything above RpcClient knows the names, types and units of 3.00 alone.
#pragma once

#include <string>
#include <string_view>

#include "support/json.hpp"

namespace tws::worker {

enum class RpcDialect { kLegacy, kJsonRpc };

// `semver`: the version that the daemon tells for its RPC; empty if it tells none.
RpcDialect dialect_of(std::string_view semver);

// The HTTP body of a request. `arguments` is an object of 3.00's names, or null.
std::string request_text(RpcDialect dialect, std::string_view method, const json_t* arguments);

// A daemon's result for `method`, an object, as 3.00 would give it. `result` is used up: parts of it may be changed.
Json translated_result(RpcDialect dialect, std::string_view method, json_t* result);

}  // namespace tws::worker
