#include "worker/rpc_client.hpp"

#include <strings.h>

#include <algorithm>

#include "worker/rpc_answer.hpp"

namespace tws::worker {

namespace {

// About 80,000 torrents. Both encodings of as long a list still fit into one frame of the worker protocol.
constexpr std::size_t kMaxAnswer = 64UL << 20;
constexpr std::size_t kMaxHeader = 256;
constexpr std::size_t kMaxIdleHandles = 4;
constexpr long kMaxIdleSeconds = 30;
constexpr std::string_view kSessionHeader = "X-Transmission-Session-Id:";
constexpr std::string_view kVersionHeader = "X-Transmission-Rpc-Version:";  // since 4.1

long http_status(CURL* easy) {
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

// The value of a header line, if it is that header and not longer than its values are.
std::optional<std::string_view> header_value(std::string_view line, std::string_view header) {
  if (line.size() < header.size() || line.size() > kMaxHeader ||
      ::strncasecmp(line.data(), header.data(), header.size()) != 0) {
    return std::nullopt;
  }
  line.remove_prefix(header.size());
  const auto first = line.find_first_not_of(" \t\r\n");
  const auto last = line.find_last_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view{} : line.substr(first, last - first + 1);
}

}  // namespace

struct RpcClient::Transfer {
  RpcRequest request;
  Callback callback;
  Clock::time_point deadline;
  Easy easy;
  std::unique_ptr<curl_slist, ListCleanup> headers;
  Sent sent;
  std::string body;
  std::size_t read = 0;  // of body, where libcurl asks for it
  std::string answer;
  std::string session_id;   // out of the answer's headers
  std::string rpc_version;  // likewise
  bool resent = false;
};

RpcClient::RpcClient(const DaemonConfig& config) : config_(config), multi_(curl_multi_init()) {}

RpcClient::~RpcClient() {
  for (const auto& [easy, transfer] : transfers_) {
    curl_multi_remove_handle(multi_.get(), easy);
  }
}

RpcClient::Easy RpcClient::make_easy() const {
  Easy easy(curl_easy_init());
  curl_easy_setopt(easy.get(), CURLOPT_URL, config_.url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy.get(), CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy.get(), CURLOPT_PROXY, "");  // whatever the environment says
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_USERAGENT, "mod_torrent_ws");
  // Daemons close what was idle for about 50 s: a request that crosses that is lost.
  curl_easy_setopt(easy.get(), CURLOPT_MAXAGE_CONN, kMaxIdleSeconds);
  curl_easy_setopt(easy.get(), CURLOPT_READFUNCTION, on_request_body);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy.get(), CURLOPT_HEADERFUNCTION, on_header);
  if (config_.has_credentials) {
    curl_easy_setopt(easy.get(), CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(easy.get(), CURLOPT_USERNAME, config_.username.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_PASSWORD, config_.password.c_str());
  }
  return easy;
}

void RpcClient::send(RpcRequest request, Callback callback) {
  auto transfer = std::make_unique<Transfer>();
  if (idle_.empty()) {
    transfer->easy = make_easy();
  } else {
    transfer->easy = std::move(idle_.back());
    idle_.pop_back();
  }
  transfer->deadline = Clock::now() + request.timeout;
  transfer->request = std::move(request);
  transfer->callback = std::move(callback);
  CURL* easy = transfer->easy.get();
  start(easy, *transfers_.emplace(easy, std::move(transfer)).first->second);
}

void RpcClient::start(CURL* easy, Transfer& transfer) {
  // "Expect:" without a value: libcurl would else wait a second before it sends a large body.
  curl_slist* headers = curl_slist_append(nullptr, "Expect:");
  headers = curl_slist_append(headers, "Content-Type: application/json");
  headers = curl_slist_append(headers, (std::string(kSessionHeader) + ' ' + session_id_).c_str());
  transfer.headers.reset(headers);
  transfer.answer.clear();
  transfer.session_id.clear();
  transfer.rpc_version.clear();
  transfer.body = request_text(dialect_, transfer.request.method, transfer.request.arguments.get());
  transfer.sent = {Clock::now(), unix_time()};
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  // When a kept connection ends before the answer, libcurl sends the request again on another one. Not so if it has to
  // ask for the body and cannot have it twice (CURLE_SEND_FAIL_REWIND).
  transfer.read = 0;
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer.request.repeatable ? transfer.body.data() : nullptr);
  curl_easy_setopt(easy, CURLOPT_READDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer.body.size()));
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  // Of all that the request takes, the second time included; 0 would be for ever.
  const auto left = std::max(std::chrono::ceil<Milliseconds>(transfer.deadline - transfer.sent.at), Milliseconds(1));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
  curl_multi_add_handle(multi_.get(), easy);
  ++figures_.requests;
}

void RpcClient::perform() {
  int running = 0;
  curl_multi_perform(multi_.get(), &running);
  int queued = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &queued)) {
    if (message->msg == CURLMSG_DONE) {
      finish(message->easy_handle, message->data.result);
    }
  }
}

void RpcClient::finish(CURL* easy, CURLcode code) {
  constexpr long kConflict = 409;
  curl_multi_remove_handle(multi_.get(), easy);
  const auto found = transfers_.find(easy);
  Transfer& transfer = *found->second;
  if (code == CURLE_OK && http_status(easy) == kConflict && !transfer.session_id.empty() && !transfer.resent) {
    if (session_id_ != transfer.session_id) {
      session_id_ = transfer.session_id;
      ++session_;
    }
    dialect_ = dialect_of(transfer.rpc_version);
    transfer.resent = true;
    start(easy, transfer);
    return;
  }
  RpcReply reply = reply_of(easy, code, transfer);
  figures_.errors += reply.outcome == RpcOutcome::kSuccess ? 0 : 1;
  figures_.busy_seconds += std::chrono::duration<double>(Clock::now() - transfer.sent.at).count();
  const std::unique_ptr<Transfer> finished = std::move(found->second);
  transfers_.erase(found);
  if (idle_.size() < kMaxIdleHandles) {
    idle_.push_back(std::move(finished->easy));
  }
  finished->callback(std::move(reply));
}

RpcReply RpcClient::reply_of(CURL* easy, CURLcode code, const Transfer& transfer) {
  if (code == CURLE_OK) {
    return read_rpc_answer(http_status(easy), transfer.answer, transfer.request.method);
  }
  long sent = 0;
  curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent);
  const bool was_sent = sent > 0;
  if (transfer.answer.size() > kMaxAnswer) {
    return {.outcome = RpcOutcome::kLost,
            .arguments = {},
            .message = "the daemon's answer is larger than 64 MiB",
            .unreadable = true};
  }
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return {.outcome = was_sent ? RpcOutcome::kLost : RpcOutcome::kUnreachable,
            .arguments = {},
            .message = "the daemon does not answer in time: it may be busy with its disks",
            .timed_out = true};
  }
  // What ended the kept connection, not why there is no second try.
  code = code == CURLE_SEND_FAIL_REWIND ? CURLE_GOT_NOTHING : code;
  return {was_sent ? RpcOutcome::kLost : RpcOutcome::kUnreachable,
          {},
          std::string("no connection to the daemon (") + curl_easy_strerror(code) + "): is it running?"};
}

void RpcClient::wait(int fd, bool writing, Milliseconds timeout) {
  curl_waitfd extra{.fd = fd, .events = CURL_WAIT_POLLIN, .revents = 0};
  if (writing) {
    extra.events |= CURL_WAIT_POLLOUT;
  }
  curl_multi_poll(multi_.get(), &extra, 1, static_cast<int>(timeout.count()), nullptr);
}

std::optional<RpcClient::Sent> RpcClient::oldest() const {
  std::optional<Sent> oldest;
  for (const auto& [easy, transfer] : transfers_) {
    if (!transfer->request.late && (!oldest || transfer->sent.at < oldest->at)) {
      oldest = transfer->sent;
    }
  }
  return oldest;
}

size_t RpcClient::on_request_body(char* to, size_t size, size_t count, void* transfer) {
  auto* const from = static_cast<Transfer*>(transfer);
  const std::size_t copied = from->body.copy(to, size * count, from->read);
  from->read += copied;
  return copied;
}

size_t RpcClient::on_body(char* data, size_t size, size_t count, void* transfer) {
  std::string& answer = static_cast<Transfer*>(transfer)->answer;
  answer.append(data, size * count);
  return answer.size() > kMaxAnswer ? 0 : size * count;
}

size_t RpcClient::on_header(char* data, size_t size, size_t count, void* transfer) {
  const std::string_view line(data, size * count);
  if (const auto id = header_value(line, kSessionHeader)) {
    static_cast<Transfer*>(transfer)->session_id = *id;
  } else if (const auto version = header_value(line, kVersionHeader)) {
    static_cast<Transfer*>(transfer)->rpc_version = *version;
  }
  return size * count;
}

}  // namespace tws::worker
