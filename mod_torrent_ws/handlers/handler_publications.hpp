// Publications as a handler's worker says them (docs/worker-protocol.md). Event-loop thread only.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "support/result.hpp"
#include "wamp/realm.hpp"

namespace tws {

// Publishes one, or a list of them: {"topic", "args", "kwargs", "event", "options"}. `is_own` says which topics may be
// published to. All of them, or none and what is wrong.
Status publish_all(wamp::Realm& realm, std::string_view json, const std::function<bool(const std::string&)>& is_own);

}  // namespace tws
