#include "apache/blocking_relay.hpp"

#include <ap_mpm.h>
#include <apr_portable.h>
#include <http_core.h>
#include <poll.h>
#include <sys/socket.h>
#include <util_filter.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string_view>

#include "apache/connection_handover.hpp"
#include "apache/supervisor.hpp"
#include "support/fd.hpp"
#include "support/random.hpp"
#include "support/unix_message.hpp"

namespace tws::apache {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kAnswerTimeoutMs = 5000;
constexpr int kTickMs = 1000;
constexpr std::size_t kStep = 16UL << 10;
constexpr std::size_t kMaxResponseHead = 8UL << 10;
constexpr auto kLinger = std::chrono::seconds(10);
constexpr std::string_view kSwitchingProtocols = "HTTP/1.1 101 ";

// The response head of torrent-ws and what came behind it; empty when there is none in time.
std::string read_response_head(int plain) {
  std::string head;
  std::array<char, kStep> buffer{};
  while (head.find("\r\n\r\n") == std::string::npos && head.size() < kMaxResponseHead &&
         wait_for(plain, POLLIN, kAnswerTimeoutMs)) {
    const ssize_t size = recv(plain, buffer.data(), buffer.size(), 0);
    if (size <= 0) {
      return {};
    }
    head.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return head;
}

class BlockingRelay {
 public:
  BlockingRelay(request_rec* request, Fd plain, std::uint64_t cookie);

  // Until one side has ended.
  void run(std::string_view response_head);

 private:
  enum class Step { kMoved, kNothing, kEnded };

  Step client_to_plain();
  Step plain_to_client();
  bool to_client(std::string_view bytes);
  bool to_plain(const char* data, std::size_t size);
  void wait();
  bool is_expired();

  request_rec* request_;
  conn_rec* connection_;
  Fd plain_;
  std::uint64_t cookie_;
  apr_bucket_brigade* input_;
  apr_bucket_brigade* output_;
  int client_ = -1;  // readable when the client has sent something
  // mod_http2 ends the request's body, which is empty, before what the client sends on its stream.
  bool body_ended_;
  Clock::time_point expiry_ = Clock::time_point::max();
  bool expiry_told_ = false;
};

BlockingRelay::BlockingRelay(request_rec* request, Fd plain, std::uint64_t cookie)
    : request_(request),
      connection_(request->connection),
      plain_(std::move(plain)),
      cookie_(cookie),
      input_(apr_brigade_create(request->pool, connection_->bucket_alloc)),
      output_(apr_brigade_create(request->pool, connection_->bucket_alloc)),
      body_ended_(connection_->master == nullptr) {
  apr_pollfd_t readable{};
  if (ap_get_pollfd_from_conn(connection_, &readable, nullptr) == APR_SUCCESS) {
    if (readable.desc_type == APR_POLL_FILE) {
      apr_os_file_get(&client_, readable.desc.f);
    } else if (readable.desc_type == APR_POLL_SOCKET) {
      apr_os_sock_get(&client_, readable.desc.s);
    }
  }
  // Its limits are for requests.
  ap_remove_input_filter_byhandle(connection_->input_filters, "reqtimeout");
  request->input_filters = request->proto_input_filters = connection_->input_filters;
  request->output_filters = request->proto_output_filters = connection_->output_filters;
  connection_->keepalive = AP_CONN_CLOSE;
}

void BlockingRelay::run(std::string_view response_head) {
  for (bool open = to_client(response_head); open;) {
    const Step in = client_to_plain();
    const Step out = in == Step::kEnded ? Step::kNothing : plain_to_client();
    open = in != Step::kEnded && out != Step::kEnded && !is_expired();
    if (open && in == Step::kNothing && out == Step::kNothing) {
      wait();
    }
  }
}

BlockingRelay::Step BlockingRelay::client_to_plain() {
  const apr_status_t status =
      ap_get_brigade(connection_->input_filters, input_, AP_MODE_READBYTES, APR_NONBLOCK_READ, kStep);
  if (APR_STATUS_IS_EAGAIN(status) || (status == APR_SUCCESS && APR_BRIGADE_EMPTY(input_))) {
    return Step::kNothing;
  }
  Step step = status == APR_SUCCESS ? Step::kMoved : Step::kEnded;
  for (apr_bucket* bucket = APR_BRIGADE_FIRST(input_); step == Step::kMoved && bucket != APR_BRIGADE_SENTINEL(input_);
       bucket = APR_BUCKET_NEXT(bucket)) {
    const char* data = nullptr;
    apr_size_t size = 0;
    if (APR_BUCKET_IS_EOS(bucket)) {
      step = body_ended_ ? Step::kEnded : Step::kMoved;
      body_ended_ = true;
    } else if (!APR_BUCKET_IS_METADATA(bucket) &&
               (apr_bucket_read(bucket, &data, &size, APR_BLOCK_READ) != APR_SUCCESS || !to_plain(data, size))) {
      step = Step::kEnded;
    }
  }
  apr_brigade_cleanup(input_);
  return step;
}

BlockingRelay::Step BlockingRelay::plain_to_client() {
  std::array<char, kStep> buffer{};
  const ssize_t size = recv(plain_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
    return Step::kNothing;
  }
  const bool moved = size > 0 && to_client({buffer.data(), static_cast<std::size_t>(size)});
  return moved ? Step::kMoved : Step::kEnded;
}

// Waits for the client, at most the server's Timeout.
bool BlockingRelay::to_client(std::string_view bytes) {
  APR_BRIGADE_INSERT_TAIL(output_, apr_bucket_transient_create(bytes.data(), bytes.size(), connection_->bucket_alloc));
  APR_BRIGADE_INSERT_TAIL(output_, apr_bucket_flush_create(connection_->bucket_alloc));
  const apr_status_t status = ap_pass_brigade(connection_->output_filters, output_);
  apr_brigade_cleanup(output_);
  return status == APR_SUCCESS && connection_->aborted == 0;
}

bool BlockingRelay::to_plain(const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = send(plain_.get(), data, size, MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR) {
      return false;
    }
    data += sent > 0 ? sent : 0;
    size -= sent > 0 ? static_cast<std::size_t>(sent) : 0;
  }
  return true;
}

void BlockingRelay::wait() {
  std::array<pollfd, 2> readable = {{{plain_.get(), POLLIN, 0}, {client_, POLLIN, 0}}};
  poll(readable.data(), readable.size(), kTickMs);
}

// A child that is to leave waits for this thread: TorrentWsRelayLifetime is for it as for relay processes.
bool BlockingRelay::is_expired() {
  const auto now = Clock::now();
  int state = AP_MPMQ_RUNNING;
  if (expiry_ == Clock::time_point::max() && ap_mpm_query(AP_MPMQ_MPM_STATE, &state) == APR_SUCCESS &&
      state == AP_MPMQ_STOPPING) {
    const std::chrono::milliseconds lifetime(state_of(request_->server).configuration.relay_lifetime_ms);
    expiry_ = now + random_in_last_quarter(lifetime);
  }
  if (now < expiry_) {
    return false;
  }
  if (expiry_told_) {
    return true;
  }
  Handover message;
  message.kind = HandoverKind::kExpired;
  message.expired = cookie_;
  static_cast<void>(send_handover(*state_of(request_->server).supervisor, message, {}));
  expiry_told_ = true;
  expiry_ = now + kLinger;
  return false;
}

}  // namespace

int relay_blocking(request_rec* request, Handover handover, const std::string& obstacle) {
  const ServerState& state = state_of(request->server);
  if (state.configuration.max_blocking_relays == 0) {
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, request, "%s are not served: TorrentWsMaxBlockingRelays is 0",
                  obstacle.c_str());
    return HTTP_NOT_IMPLEMENTED;
  }
  if (is_first_blocking_relay(*state.supervisor)) {
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, request,
                  "TWS0008: %s hold an httpd thread for each WebSocket, here and at most %" APR_SIZE_T_FMT
                  " times (TorrentWsMaxBlockingRelays); docs/directives.md tells how to do without",
                  obstacle.c_str(), state.configuration.max_blocking_relays);
  }
  handover.blocking = true;
  std::string message;
  if (const int refused = encode_for_client(request, handover, message); refused != OK) {
    return refused;
  }
  std::array<int, 2> pair{-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    return refuse_unavailable(request);
  }
  Fd ours(pair[0]);
  Fd theirs(pair[1]);
  const std::uint64_t cookie = socket_cookie(theirs.get());
  if (!send_handover(*state.supervisor, message, {theirs.get()})) {
    return refuse_unavailable(request);
  }
  theirs.reset();
  // torrent-ws answers the handshake, or refuses one relay too many.
  const std::string head = read_response_head(ours.get());
  if (!head.starts_with(kSwitchingProtocols)) {
    return refuse_unavailable(request);
  }
  request->status = HTTP_SWITCHING_PROTOCOLS;
  BlockingRelay(request, std::move(ours), cookie).run(head);
  return OK;
}

}  // namespace tws::apache
