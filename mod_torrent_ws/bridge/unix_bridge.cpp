#include "bridge/unix_bridge.hpp"

#include <algorithm>
#include <utility>

#include "io/line_link.hpp"
#include "wire/error_uris.hpp"

namespace tws {

namespace {

// Of answers, until they are read no further line is taken.
constexpr std::size_t kMaxQueuedBytes = 64UL << 10;

}  // namespace

class UnixBridge::Client final : private LineLink::Owner {
 public:
  Client(UnixBridge& bridge, Fd socket)
      : bridge_(bridge), link_(bridge.loop_, std::move(socket), bridge.max_line_, *this) {}

  [[nodiscard]] bool has_ended() const { return ended_; }
  void end() { link_.end(); }
  void refuse(const Error& error) {
    link_.send(bridge_.publisher_.refuse(PublishWay::kUnix, error).json);
    hold(0);
    link_.finish();
  }

 private:
  // LineLink::Owner
  [[nodiscard]] bool takes_lines() const override { return link_.queued_bytes() < kMaxQueuedBytes; }
  void on_line(std::string_view line) override {
    link_.send(bridge_.publisher_.publish(PublishWay::kUnix, line, {kUnixPublisher, wamp::kPublisherMethod}).json);
  }
  void on_long_line() override {
    refuse({"the line is longer than TorrentWsMaxMessageSize", error_uri::kPayloadSizeExceeded});
  }
  void on_held(std::size_t bytes) override {
    hold(bytes);
    if (bridge_.bytes_ > kMaxBytes) {
      refuse({"too much is being published; send it again", error_uri::kBusy});
    }
  }
  void on_sent() override {}
  void on_end() override {
    hold(0);
    ended_ = true;
    bridge_.clients_.reap();
  }

  void hold(std::size_t bytes) {
    bridge_.bytes_ += bytes - held_;
    held_ = bytes;
  }

  UnixBridge& bridge_;
  LineLink link_;
  std::size_t held_ = 0;
  bool ended_ = false;
};

UnixBridge::UnixBridge(struct ev_loop* loop, const Log& log, Publisher& publisher)
    : loop_(loop),
      log_(log),
      publisher_(publisher),
      listener_(loop, [this](Fd socket, const ucred& peer) { take(std::move(socket), peer); }),
      clients_(loop) {}

UnixBridge::~UnixBridge() = default;

void UnixBridge::configure(std::vector<uid_t> users, std::size_t max_line) {
  users_ = std::move(users);
  max_line_ = max_line;
}

void UnixBridge::listen(Fd socket) {
  listener_.listen(std::move(socket));
  if (!listener_) {
    clients_.end_all();
  }
}

void UnixBridge::take(Fd socket, const ucred& peer) {
  Client& client = clients_.add(std::make_unique<Client>(*this, std::move(socket)));
  if (peer.uid != 0 && std::find(users_.begin(), users_.end(), peer.uid) == users_.end()) {
    const std::string why = "user " + std::to_string(peer.uid) +
                            " may not publish here; if it should, give TorrentWsPublishSocket user= with its name";
    client.refuse({why, error_uri::kNotAuthorized});
    if (const auto others = strangers_.take()) {
      log_.write(LogLevel::kWarning, "TWS0502", why + *others);
    }
  } else if (clients_.size() > kMaxClients) {
    client.refuse({"there are " + std::to_string(kMaxClients) + " programs connected already", error_uri::kBusy});
  }
}

}  // namespace tws
