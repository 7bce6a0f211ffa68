// Refusals: what clients are refused or closed for, counted for the status, and told in the log once in a while, so
// that a flood of clients is no flood of lines. Event-loop thread only.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "support/log.hpp"
#include "support/occasional.hpp"

namespace tws {

enum class Refusal {
  kConnections,
  kConnectionsPerUser,
  kConnectionsPerAddress,
  kHandshakes,
  kBlockingRelays,
  kDescriptors,
  kHandshakeTime,
  kQueuedBytes,
  kMessageSize,
  kMessageRate,
  kSubscriptions,
  kSilence,
  kIdleTime,
  kSessionAge,
};
inline constexpr std::size_t kRefusals = static_cast<std::size_t>(Refusal::kSessionAge) + 1;

class Refusals {
 public:
  explicit Refusals(const Log& log) : log_(log) {}

  // A client with this address was refused something, or closed.
  void count(Refusal refusal, std::string_view address);

  // The member of the status' `refused`.
  static std::string_view name(Refusal refusal);
  [[nodiscard]] std::uint64_t count_of(Refusal refusal) const { return of(refusal).count; }

 private:
  struct Tally {
    std::uint64_t count = 0;
    Occasional lines;
  };
  [[nodiscard]] const Tally& of(Refusal refusal) const { return tallies_.at(static_cast<std::size_t>(refusal)); }

  const Log& log_;
  std::array<Tally, kRefusals> tallies_;
};

}  // namespace tws
