#pragma once
#include <string>
#include <string_view>
#include "wamp/value.hpp"
namespace tws::wamp {
struct CraSubject { std::string authid; std::string authrole; Id session; std::string nonce; std::string timestamp; };
inline std::string cra_challenge(const CraSubject&) { return "x"; }
inline bool is_cra_signature(std::string_view, std::string_view, std::string_view) { return false; }
}
