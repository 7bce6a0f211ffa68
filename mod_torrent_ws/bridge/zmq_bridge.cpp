#include "bridge/zmq_bridge.hpp"

#include <chrono>
#include <initializer_list>
#include <utility>

#include "wire/error_uris.hpp"

namespace tws {

namespace {

constexpr double kRetrySeconds = 1;
constexpr std::size_t kMaxFrames = 2;
// For messages in one turn of the loop: then others have theirs. One may be a list, so they are not counted.
constexpr auto kTurn = std::chrono::milliseconds(2);

}  // namespace

ZmqBridge::ZmqBridge(struct ev_loop* loop, const Log& log, Publisher& publisher)
    : loop_(loop), log_(log), publisher_(publisher) {
  ev_timer_init(&retry_, on_retry, 0, kRetrySeconds);
  retry_.data = this;
}

ZmqBridge::~ZmqBridge() { close(); }

void ZmqBridge::close() {
  ev_timer_stop(loop_, &retry_);
  watcher_.reset();
  socket_.reset();
  gate_.reset();
  configuration_ = {};
}

void ZmqBridge::configure(const ZmqConfiguration& configuration, std::size_t max_message) {
  ZmqConfiguration other_clients = configuration_;
  other_clients.client_keys = configuration.client_keys;
  const bool stays = other_clients == configuration && max_message_ == max_message;
  if (stays) {
    if (gate_) {
      gate_->admit(configuration.client_keys);
    }
    configuration_ = configuration;
    return;
  }
  close();
  configuration_ = configuration;
  max_message_ = max_message;
  if (!configuration_.endpoint.empty()) {
    open();
  }
}

void ZmqBridge::on_retry(struct ev_loop* /*loop*/, ev_timer* watcher, int /*events*/) {
  static_cast<ZmqBridge*>(watcher->data)->open();
}

// libzmq closes a socket in its own time, and a torrent-ws process that is going may have the address still.
void ZmqBridge::open() {
  const auto opened = try_open();
  if (opened) {
    ev_timer_stop(loop_, &retry_);
    return;
  }
  socket_.reset();
  gate_.reset();
  // The first time it may be this bridge's own former socket.
  const bool is_retry = ev_is_active(&retry_);
  ev_timer_again(loop_, &retry_);
  if (!is_retry) {
    return;
  }
  if (const auto others = failures_.take()) {
    log_.write(LogLevel::kError, "TWS0503",
               "nothing is taken over ZeroMQ: " + opened.error().message +
                   "; tried again each second; look who has the address of TorrentWsZmqBind" + *others);
  }
}

Status ZmqBridge::try_open() {
  if (!context_) {
    context_.emplace();
  }
  auto socket = ZmqSocket::open(*context_, ZMQ_PULL);
  if (!socket) {
    return socket.error();
  }
  socket_.emplace(std::move(*socket));
  if (configuration_.has_curve) {
    gate_.emplace(loop_, [this] {
      if (const auto others = strangers_.take()) {
        log_.write(
            LogLevel::kWarning, "TWS0504",
            "a ZeroMQ client was refused: its public key is not in the second file of TorrentWsZmqCurve" + *others);
      }
    });
    gate_->admit(configuration_.client_keys);
    if (auto opened = gate_->open(*context_); !opened) {
      return opened;
    }
  }
  if (auto set = set_options(*socket_); !set) {
    return set;
  }
  if (auto bound = socket_->bind(configuration_.endpoint); !bound) {
    return bound;
  }
  watcher_.emplace(loop_, *socket_, [this] { receive_some(); });
  watcher_->want(ZMQ_POLLIN);
  return Done{};
}

Status ZmqBridge::set_options(ZmqSocket& socket) const {
  const auto set_all = [](std::initializer_list<Status> results) {
    for (const auto& result : results) {
      if (!result) {
        return result;
      }
    }
    return Status(Done{});
  };
  auto set = set_all({socket.set(ZMQ_RCVHWM, configuration_.high_water),
                      socket.set(ZMQ_MAXMSGSIZE, static_cast<std::int64_t>(max_message_)), socket.set(ZMQ_IPV6, 1),
                      // A machine that is lost says nothing.
                      socket.set(ZMQ_HEARTBEAT_IVL, 10'000), socket.set(ZMQ_HEARTBEAT_TIMEOUT, 30'000)});
  if (!set || !configuration_.has_curve) {
    return set;
  }
  return CurveGate::protect(socket, configuration_.server_secret);
}

void ZmqBridge::receive_some() {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + kTurn;
  ZmqMessage message;
  do {
    switch (socket_->receive(message, kMaxFrames)) {
      case ZmqSocket::Outcome::kMessage:
        take(message);
        break;
      case ZmqSocket::Outcome::kTooManyFrames:
        refuse("it has more than two frames");
        break;
      case ZmqSocket::Outcome::kNothing:
        return;
    }
  } while (Clock::now() < end);
}

void ZmqBridge::take(const ZmqMessage& message) {
  if (message.size() == kMaxFrames) {
    const Status taken = on_result_ ? on_result_(message[0], message[1])
                                    : Status(Error{"it has two frames, and nobody waits for results", {}});
    if (!taken) {
      refuse(taken.error().message);
    }
    return;
  }
  const auto answer = publisher_.publish(PublishWay::kZmq, message.front(), {kZmqPublisher, wamp::kPublisherMethod});
  if (answer.first_error) {
    tell_refused(*answer.first_error);
  }
}

void ZmqBridge::refuse(std::string message) {
  const Error error{std::move(message), error_uri::kInvalidArgument};
  publisher_.refuse(PublishWay::kZmq, error);
  tell_refused(error);
}

void ZmqBridge::tell_refused(const Error& error) {
  if (const auto others = refusals_.take()) {
    log_.write(LogLevel::kWarning, "TWS0505", "a message over ZeroMQ was refused: " + error.message + *others);
  }
}

}  // namespace tws
