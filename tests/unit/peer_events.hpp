// The events that a peer was sent, for unit tests of topics.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/wamp_peer.hpp"

namespace tws::wamp {

// The kwargs of the events since.
inline std::vector<Value> events_of(Peer& page) {
  std::vector<Value> events;
  for (const std::string& message : std::exchange(page.client.received, {})) {
    if (const Value value = Value::parse(message); value[0] == 36) {
      events.push_back(value[5]);
    }
  }
  return events;
}

}  // namespace tws::wamp
