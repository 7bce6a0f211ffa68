#include "websocket/descriptors.hpp"

#include <sys/resource.h>

namespace tws {

namespace {

constexpr rlim_t kReserve = 16;

}  // namespace

// The kernel gives the lowest free number, so all below it are in use. The limit may be changed from outside while we
// run.
bool is_of_the_last_descriptors(int descriptor) {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 && static_cast<rlim_t>(descriptor) + kReserve >= limit.rlim_cur;
}

}  // namespace tws
