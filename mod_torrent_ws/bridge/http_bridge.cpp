#include "bridge/http_bridge.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <map>

#include "wamp/clock.hpp"
#include "wire/error_uris.hpp"

namespace tws {

namespace {

// For a child that hangs: it has the whole body before it asks, and does nothing but read the answer. Longer than it
// waits itself, and than a job of the database may take.
constexpr double kPatienceSeconds = 20;
constexpr std::size_t kReadSize = 64UL << 10;
constexpr int kReadsPerTurn = 8;

constexpr int kOk = 200;
constexpr int kBadRequest = 400;
constexpr int kServiceUnavailable = 503;

int http_status(const Publisher::Answer& answer) {
  static const std::map<std::string_view, int> statuses = {
      {error_uri::kAuthenticationFailed, 401},
      {error_uri::kNotAuthorized, 403},
      {error_uri::kPayloadSizeExceeded, 413},
      {error_uri::kBusy, kServiceUnavailable},
      {error_uri::kTimeout, kServiceUnavailable},
      {error_uri::kDatabaseUnavailable, kServiceUnavailable},
      {error_uri::kOutcomeUnknown, kServiceUnavailable},
  };
  if (answer.any_published) {
    return kOk;
  }
  const auto found = statuses.find(answer.first_error->uri);
  return found == statuses.end() ? kBadRequest : found->second;
}

}  // namespace

class HttpBridge::Request {
 public:
  Request(HttpBridge& bridge, std::uint64_t number, Fd socket, Handover handover)
      : bridge_(bridge), number_(number), socket_(std::move(socket)), handover_(std::move(handover)) {
    ev_io_init(&readable_, on_readable, socket_.get(), EV_READ);
    ev_io_init(&writable_, on_writable, socket_.get(), EV_WRITE);
    ev_timer_init(&late_, on_late, 0, kPatienceSeconds);
    readable_.data = writable_.data = late_.data = this;
    ev_io_start(bridge_.loop_, &readable_);
    ev_timer_again(bridge_.loop_, &late_);
  }
  ~Request() {
    stop_reading();
    ev_io_stop(bridge_.loop_, &writable_);
    ev_timer_stop(bridge_.loop_, &late_);
  }
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] const Handover& handover() const { return handover_; }
  [[nodiscard]] const std::string& body() const { return body_; }

  // It is all there: nothing more is read.
  void stop_reading() { ev_io_stop(bridge_.loop_, &readable_); }
  // Sends it, and is removed, mostly at once.
  void answer(std::string text) {
    stop_reading();
    answer_ = std::move(text);
    ev_timer_again(bridge_.loop_, &late_);
    ev_io_start(bridge_.loop_, &writable_);
    write();
  }
  // Reads what is there, which mostly is all. May remove the request.
  void read() {
    std::array<char, kReadSize> buffer{};
    for (int i = 0; i < kReadsPerTurn; ++i) {
      const ssize_t size = recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (size <= 0) {
        on_nothing_more(size == 0);
        return;
      }
      body_.append(buffer.data(), static_cast<std::size_t>(size));
      bridge_.bytes_ += static_cast<std::size_t>(size);
      if (body_.size() > bridge_.max_body_) {
        bridge_.refuse(*this, {"the body is larger than TorrentWsMaxMessageSize", error_uri::kPayloadSizeExceeded});
        return;
      }
      if (bridge_.bytes_ > kMaxBytes) {
        bridge_.refuse(*this, {"too much is being published; send it again", error_uri::kBusy});
        return;
      }
    }
  }

 private:
  static void on_late(struct ev_loop* /*loop*/, ev_timer* watcher, int /*events*/) {
    auto* self = static_cast<Request*>(watcher->data);
    self->bridge_.remove(*self);
  }
  static void on_readable(struct ev_loop* /*loop*/, ev_io* watcher, int /*events*/) {
    static_cast<Request*>(watcher->data)->read();
  }
  static void on_writable(struct ev_loop* /*loop*/, ev_io* watcher, int /*events*/) {
    static_cast<Request*>(watcher->data)->write();
  }
  void on_nothing_more(bool is_end) {
    if (is_end) {
      stop_reading();
      bridge_.on_body(*this);
    } else if (errno != EAGAIN && errno != EINTR) {
      bridge_.remove(*this);
    }
  }
  // May remove the request.
  void write() {
    const ssize_t size =
        send(socket_.get(), answer_.data() + sent_, answer_.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
    sent_ += size > 0 ? static_cast<std::size_t>(size) : 0;
    const bool failed = size < 0 && errno != EAGAIN && errno != EINTR;
    if (failed || sent_ == answer_.size()) {
      bridge_.remove(*this);
    }
  }

  HttpBridge& bridge_;
  std::uint64_t number_;
  Fd socket_;
  Handover handover_;
  std::string body_;
  std::string answer_;
  std::size_t sent_ = 0;
  ev_io readable_{};
  ev_io writable_{};
  ev_timer late_{};
};

HttpBridge::HttpBridge(struct ev_loop* loop, const Log& log, wamp::Realm& realm, Publisher& publisher)
    : loop_(loop), log_(log), realm_(realm), publisher_(publisher) {}

HttpBridge::~HttpBridge() = default;

void HttpBridge::configure(const std::vector<PublishKey>& keys, std::chrono::milliseconds window,
                           std::size_t max_body) {
  keys_.configure(keys, window, wamp::unix_ms_now());
  max_body_ = max_body;
}

void HttpBridge::take(Fd socket, const Handover& handover) {
  const std::uint64_t number = ++last_request_;
  Request& request =
      *requests_.emplace(number, std::make_unique<Request>(*this, number, std::move(socket), handover)).first->second;
  if (requests_.size() > kMaxRequests) {
    refuse(request, {"too many publish at once; send it again", error_uri::kBusy});
  } else {
    request.read();
  }
}

void HttpBridge::on_body(Request& request) {
  const Handover& handover = request.handover();
  if (handover.user.empty()) {
    const auto signed_by_key = keys_.check(handover.signature, request.body(), wamp::unix_ms_now());
    if (signed_by_key) {
      publish(request, {handover.signature.key, wamp::kPublisherMethod});
    } else {
      tell_wrong_signature(handover, signed_by_key.error());
      refuse(request, signed_by_key.error());
    }
    return;
  }
  const auto& find_user = realm_.policy().directory.find_user;
  if (!find_user) {
    publish(request, {handover.user, "httpd"});
    return;
  }
  find_user(handover.user, [self = std::weak_ptr(self_), number = request.number()](const Result<std::string>& user) {
    if (const auto bridge = self.lock()) {
      (*bridge)->on_user(number, user);
    }
  });
}

void HttpBridge::on_user(std::uint64_t number, const Result<std::string>& user) {
  const auto found = requests_.find(number);
  if (found == requests_.end()) {
    return;
  }
  if (user) {
    publish(*found->second, {*user, "httpd"});
  } else if (user.error().uri == error_uri::kAuthenticationFailed) {
    refuse(*found->second, {"this login is nobody's in the table of logins", error_uri::kNotAuthorized});
  } else {
    refuse(*found->second, user.error());
  }
}

void HttpBridge::publish(Request& request, const wamp::Identity& identity) {
  answer(request, publisher_.publish(PublishWay::kHttp, request.body(), identity));
}

void HttpBridge::refuse(Request& request, const Error& error) {
  answer(request, publisher_.refuse(PublishWay::kHttp, error));
}

void HttpBridge::tell_wrong_signature(const Handover& handover, const Error& error) {
  if (const auto others = wrong_signatures_.take()) {
    log_.write(LogLevel::kWarning, "TWS0501",
               "publication of " + handover.address + " with the key \"" + handover.signature.key +
                   "\" refused: " + error.message + *others);
  }
}

void HttpBridge::answer(Request& request, const Publisher::Answer& answer) {
  request.answer(std::to_string(http_status(answer)) + "\n" + answer.json);
}

void HttpBridge::remove(Request& request) {
  bytes_ -= request.body().size();
  requests_.erase(request.number());
}

}  // namespace tws
