#include "support/random.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "support/hex.hpp"

namespace tws {

namespace {

constexpr int kIdBits = 53;

// getrandom() fails only where the kernel has none; going on without would make ids guessable.
std::uint64_t random_bits() {
  // Drawn in batches: one system call for many ids.
  thread_local std::array<std::uint64_t, 64> pool{};
  thread_local std::size_t used = pool.size();
  if (used == pool.size()) {
    if (getrandom(pool.data(), sizeof pool, 0) != static_cast<ssize_t>(sizeof pool)) {
      std::abort();
    }
    used = 0;
  }
  return pool.at(used++);
}

}  // namespace

std::uint64_t random_id() { return (random_bits() >> (64 - kIdBits)) + 1; }

std::string random_hex() {
  const std::array<std::uint64_t, 2> bits{random_bits(), random_bits()};
  return to_hex(reinterpret_cast<const unsigned char*>(bits.data()), sizeof bits);
}

std::chrono::milliseconds random_in_last_quarter(std::chrono::milliseconds limit) {
  const std::int64_t quarter = std::max<std::int64_t>(limit.count() / 4, 1);
  return limit - std::chrono::milliseconds(static_cast<std::int64_t>(random_id()) % quarter);
}

}  // namespace tws
