#include "loop/refusals.hpp"

#include <string>

namespace tws {

namespace {

constexpr auto kBetweenLines = std::chrono::minutes(1);

struct Kind {
  std::string_view name;
  std::string_view directive;
  bool is_normal;  // what clients do in good faith
};

// In the order of Refusal.
constexpr std::array<Kind, kRefusals> kKinds = {{
    {"connections", "TorrentWsMaxConnections", false},
    {"connections_per_user", "TorrentWsMaxConnectionsPerUser", false},
    {"connections_per_address", "TorrentWsMaxConnectionsPerAddress", false},
    {"handshakes", "TorrentWsMaxHandshakes", false},
    {"blocking_relays", "TorrentWsMaxBlockingRelays", false},
    {"handshake_time", "TorrentWsHandshakeTimeout", true},
    {"queued_bytes", "TorrentWsMaxQueuedBytes", true},
    {"message_size", "TorrentWsMaxMessageSize", true},
    {"message_rate", "TorrentWsMaxMessageRate", false},
    {"subscriptions", "TorrentWsMaxSubscriptions", false},
    {"silence", "TorrentWsPingInterval", true},
    {"idle_time", "TorrentWsIdleTimeout", true},
    {"session_age", "TorrentWsMaxSessionAge", true},
}};

const Kind& kind_of(Refusal refusal) { return kKinds.at(static_cast<std::size_t>(refusal)); }

}  // namespace

std::string_view Refusals::name(Refusal refusal) { return kind_of(refusal).name; }
std::string_view Refusals::directive(Refusal refusal) { return kind_of(refusal).directive; }

void Refusals::count(Refusal refusal, std::string_view address) {
  Tally& tally = tallies_.at(static_cast<std::size_t>(refusal));
  const Kind& kind = kind_of(refusal);
  ++tally.count;
  const auto now = Clock::now();
  if (now < tally.next_line || !log_.enabled(kind.is_normal ? LogLevel::kInfo : LogLevel::kWarning)) {
    return;
  }
  tally.next_line = now + kBetweenLines;
  const std::uint64_t others = tally.count - tally.told - 1;
  tally.told = tally.count;
  std::string text = "over " + std::string(kind.directive) + ": a client at " + std::string(address);
  if (others > 0) {
    text += ", and " + std::to_string(others) + " since the last such line";
  }
  if (kind.is_normal) {
    log_.write(LogLevel::kInfo, "TWS0204", text);
  } else {
    log_.write(LogLevel::kWarning, "TWS0202", text);
  }
}

}  // namespace tws
