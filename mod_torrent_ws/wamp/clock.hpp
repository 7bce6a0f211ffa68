// The wall clock as WAMP writes it. No thread affinity.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tws::wamp {

// Such as 2026-01-31T12:00:00.123Z.
std::string utc_text(std::int64_t unix_ms);
std::int64_t unix_ms_now();
// In seconds, as Transmission has times, to the millisecond.
inline double unix_now() { return static_cast<double>(unix_ms_now()) / 1000; }
// Of RFC 3339, with any offset; what is finer than milliseconds is cut off. None: nullopt.
std::optional<std::int64_t> unix_ms_of(const std::string& text);
inline std::string utc_now() { return utc_text(unix_ms_now()); }

}  // namespace tws::wamp
