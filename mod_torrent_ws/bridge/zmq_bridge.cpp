#include "bridge/zmq_bridge.hpp"

#include <chrono>
#include <utility>

#include "wire/error_uris.hpp"

namespace tws {

namespace {

constexpr std::size_t kMaxFrames = 2;
// For messages in one turn of the loop: then others have theirs. One may be a list, so they are not counted.
constexpr auto kTurn = std::chrono::milliseconds(2);

}  // namespace

ZmqBridge::ZmqBridge(struct ev_loop* loop, const Log& log, Publisher& publisher)
    : log_(log),
      publisher_(publisher),
      pull_(loop, {.type = ZMQ_PULL,
                   .set_limits =
                       [this](ZmqSocket& socket) {
                         const auto set = socket.set(ZMQ_RCVHWM, configuration_.high_water);
                         return set ? socket.set(ZMQ_MAXMSGSIZE, static_cast<std::int64_t>(max_message_)) : set;
                       },
                   .events = ZMQ_POLLIN,
                   .on_ready = [this] { receive_some(); },
                   .on_failure = [this](const Error& error) { tell_failure(error); },
                   .on_stranger = [this] { tell_stranger(); }}) {}

void ZmqBridge::close() {
  pull_.close();
  configuration_ = {};
}

void ZmqBridge::configure(const ZmqConfiguration& configuration, std::size_t max_message) {
  ZmqConfiguration other_clients = configuration_;
  other_clients.client_keys = configuration.client_keys;
  const bool stays = other_clients == configuration && max_message_ == max_message;
  if (stays) {
    pull_.admit(configuration.client_keys);
    configuration_ = configuration;
    return;
  }
  close();
  configuration_ = configuration;
  max_message_ = max_message;
  if (!configuration_.endpoint.empty()) {
    pull_.open(configuration_.endpoint, configuration_);
  }
}

void ZmqBridge::tell_failure(const Error& error) {
  if (const auto others = failures_.take()) {
    log_.write(LogLevel::kError, "TWS0503",
               "nothing is taken over ZeroMQ: " + error.message +
                   "; tried again each second; look who has the address of TorrentWsZmqBind" + *others);
  }
}

void ZmqBridge::tell_stranger() {
  if (const auto others = strangers_.take()) {
    log_.write(LogLevel::kWarning, "TWS0504",
               "a ZeroMQ client was refused: its public key is not in the second file of TorrentWsZmqCurve" + *others);
  }
}

void ZmqBridge::receive_some() {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + kTurn;
  ZmqMessage message;
  do {
    switch (pull_.socket()->receive(message, kMaxFrames)) {
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
