// Random numbers from the operating system's generator.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace tws {

// A WAMP id: 1 to 2^53, evenly distributed.
std::uint64_t random_id();

// 128 random bits as 32 hex digits.
std::string random_hex();

// A time of the last quarter of `limit`, so that what began together does not end together.
std::chrono::milliseconds random_in_last_quarter(std::chrono::milliseconds limit);

}  // namespace tws
