#include "websocket/refusals.hpp"

#include <string>

namespace tws {

namespace {

struct Kind {
  std::string_view name;
  std::string_view bound;  // the directive, or what else bounds it
  bool is_normal;          // what clients do in good faith
};

// In the order of Refusal.
constexpr std::array<Kind, kRefusals> kKinds = {{
    {"connections", "TorrentWsMaxConnections", false},
    {"connections_per_user", "TorrentWsMaxConnectionsPerUser", false},
    {"connections_per_address", "TorrentWsMaxConnectionsPerAddress", false},
    {"handshakes", "TorrentWsMaxHandshakes", false},
    {"blocking_relays", "TorrentWsMaxBlockingRelays", false},
    {"descriptors", "the limit of open files (LimitNOFILE of httpd's service, ulimit -n -H, fs.file-max)", false},
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

void Refusals::count(Refusal refusal, std::string_view address) {
  Tally& tally = tallies_.at(static_cast<std::size_t>(refusal));
  const Kind& kind = kind_of(refusal);
  ++tally.count;
  if (!log_.enabled(kind.is_normal ? LogLevel::kInfo : LogLevel::kWarning)) {
    return;
  }
  const auto others = tally.lines.take();
  if (!others) {
    return;
  }
  const std::string text = "over " + std::string(kind.bound) + ": a client at " + std::string(address) + *others;
  if (kind.is_normal) {
    log_.write(LogLevel::kInfo, "TWS0204", text);
  } else {
    log_.write(LogLevel::kWarning, "TWS0202", text);
  }
}

}  // namespace tws
