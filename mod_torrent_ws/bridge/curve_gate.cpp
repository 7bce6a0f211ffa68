#include "bridge/curve_gate.hpp"

namespace tws {

namespace {

constexpr std::size_t kKeySize = 32;

// Frames of a request, which libzmq makes.
constexpr std::size_t kVersion = 0;
constexpr std::size_t kRequestId = 1;
constexpr std::size_t kMechanism = 5;
constexpr std::size_t kPublicKey = 6;
constexpr std::size_t kFrames = 7;

constexpr const char* kAdmitted = "200";
constexpr const char* kRefused = "400";

}  // namespace

Status CurveGate::open(ZmqContext& context) {
  auto socket = ZmqSocket::open(context, ZMQ_REP);
  if (!socket) {
    return socket.error();
  }
  if (auto bound = socket->bind("inproc://zeromq.zap.01"); !bound) {
    return bound;
  }
  socket_.emplace(std::move(*socket));
  watcher_.emplace(loop_, *socket_, [this] { answer_one(); });
  watcher_->want(ZMQ_POLLIN);
  return Done{};
}

void CurveGate::admit(const std::vector<std::string>& client_keys) {
  admitted_.clear();
  for (const auto& key : client_keys) {
    std::string bytes(kKeySize, '\0');
    if (zmq_z85_decode(reinterpret_cast<std::uint8_t*>(bytes.data()), key.c_str()) != nullptr) {
      admitted_.insert(std::move(bytes));
    }
  }
}

// One in each turn: a connection waits for it, and no publication.
void CurveGate::answer_one() {
  ZmqMessage request;
  if (socket_->receive(request, kFrames) == ZmqSocket::Outcome::kNothing) {
    return;
  }
  // A socket that answers reads no further request before it has: one that is not as it should be gets an answer, too.
  const bool is_whole = request.size() == kFrames;
  request.resize(kFrames);
  const bool admitted = is_whole && request[kMechanism] == "CURVE" && admitted_.contains(request[kPublicKey]);
  if (!admitted) {
    on_refused_();
  }
  socket_->send(
      {request[kVersion], request[kRequestId], admitted ? kAdmitted : kRefused, admitted ? "" : "not listed", "", ""});
}

Status CurveGate::protect(ZmqSocket& socket, const std::string& server_secret) {
  auto set = socket.set(ZMQ_CURVE_SERVER, 1);
  if (set) {
    set = socket.set(ZMQ_CURVE_SECRETKEY, server_secret);
  }
  return set ? socket.set(ZMQ_ZAP_DOMAIN, kDomain) : set;
}

}  // namespace tws
