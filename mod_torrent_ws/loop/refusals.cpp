#include "loop/refusals.hpp"

#include <string>

namespace tws {

namespace {

constexpr auto kBetweenLines = std::chrono::minutes(1);

struct Kind {
  std::string_view name;
  std::string_view directive;
  LogLevel level;  // info: what clients do in good faith
};

// In the order of Refusal.
constexpr std::array<Kind, kRefusals> kKinds = {{
    {"connections", "TorrentWsMaxConnections", LogLevel::kWarning},
    {"connections_per_user", "TorrentWsMaxConnectionsPerUser", LogLevel::kWarning},
    {"connections_per_address", "TorrentWsMaxConnectionsPerAddress", LogLevel::kWarning},
    {"handshakes", "TorrentWsMaxHandshakes", LogLevel::kWarning},
    {"blocking_relays", "TorrentWsMaxBlockingRelays", LogLevel::kWarning},
    {"handshake_time", "TorrentWsHandshakeTimeout", LogLevel::kInfo},
    {"queued_bytes", "TorrentWsMaxQueuedBytes", LogLevel::kInfo},
    {"message_size", "TorrentWsMaxMessageSize", LogLevel::kInfo},
    {"message_rate", "TorrentWsMaxMessageRate", LogLevel::kWarning},
    {"subscriptions", "TorrentWsMaxSubscriptions", LogLevel::kWarning},
    {"silence", "TorrentWsPingInterval", LogLevel::kInfo},
    {"idle_time", "TorrentWsIdleTimeout", LogLevel::kInfo},
    {"session_age", "TorrentWsMaxSessionAge", LogLevel::kInfo},
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
  if (now < tally.next_line || !log_.enabled(kind.level)) {
    return;
  }
  tally.next_line = now + kBetweenLines;
  const std::uint64_t others = tally.count - tally.told - 1;
  tally.told = tally.count;
  std::string text = "over " + std::string(kind.directive) + ": a client at " + std::string(address);
  if (others > 0) {
    text += ", and " + std::to_string(others) + " since the last such line";
  }
  log_.write(kind.level, "TWS0202", text);
}

}  // namespace tws
