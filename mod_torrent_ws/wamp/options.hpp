// The options that messages of clients carry (wamp-proto, rfc/text): those that are known have the type that the
// specification gives them; others are ignored. No thread affinity.
#pragma once

#include <optional>
#include <string>

#include "wamp/message.hpp"

namespace tws::wamp {

// What is wrong with an option, in words; nullopt: nothing.
std::optional<std::string> wrong_option(MessageType type, const Value& options);

}  // namespace tws::wamp
