// When a job's answer comes too late.
#pragma once

#include "support/json.hpp"
#include "worker/timers.hpp"

namespace tws::worker {

// `header` is the job's frame's. The loop's clock is this one, CLOCK_MONOTONIC: a worker that was held up knows by it
// what has been answered for it.
inline Clock::time_point deadline_of(const json_t* header) {
  const auto at = integer_member(header, "expires_ms");
  return at ? Clock::time_point(Milliseconds(*at))
            : Clock::now() + Milliseconds(integer_member(header, "deadline_ms").value_or(0));
}

// What is left until then for a request; not positive: nothing.
inline Milliseconds left_until(Clock::time_point deadline) {
  return std::chrono::ceil<Milliseconds>(deadline - Clock::now());
}

}  // namespace tws::worker
