// RpcClient: requests to one Transmission RPC server over HTTP, any number at a time, without blocking
// (libcurl's multi interface). Knows HTTP and in which dialect the daemon speaks (worker/rpc_dialect.hpp), and nothing
// of methods: requests and replies are in the names of transmission-daemon 3.00.
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/json.hpp"
#include "worker/daemon_config.hpp"
#include "worker/rpc_dialect.hpp"
#include "worker/timers.hpp"

namespace tws::worker {

struct RpcRequest {
  std::string method;
  Json arguments{};        // an object; may be empty
  bool repeatable = true;  // if not, libcurl never sends it a second time by itself
  bool late = false;       // answered only when somebody beyond the daemon has answered it
  Milliseconds timeout{};
};

enum class RpcOutcome {
  kSuccess,
  kRefused,      // the daemon, or a proxy before it, answered with an error that is of this request
  kUnreachable,  // it did not take the request: no connection, or turned away by HTTP
  kLost,         // the request was sent; whether it was done is not known
};

struct RpcReply {
  RpcOutcome outcome;
  Json arguments;             // success: always an object
  std::string message;        // else: what is wrong, for people, without credentials
  bool unauthorized = false;  // HTTP 401
  bool timed_out = false;     // nothing came in time: the daemon may still do it
  bool unreadable = false;    // lost, but it answered: with what cannot be used
};

class RpcClient {
 public:
  using Callback = std::function<void(RpcReply)>;

  // `config` must outlive the client.
  explicit RpcClient(const DaemonConfig& config);
  RpcClient(const RpcClient&) = delete;
  RpcClient& operator=(const RpcClient&) = delete;
  ~RpcClient();

  // Calls back exactly once, from perform(), unless the client is destroyed before.
  void send(RpcRequest request, Callback callback);

  // Moves what can be moved, and calls back for what is finished.
  void perform();
  // Sleeps until there is something to perform, `fd` can be read (or written), or the time is over.
  void wait(int fd, bool writing, Milliseconds timeout);

  // The version of its RPC as the daemon tells it in an answer (rpc-version-semver), for the session that runs. It
  // counts where the header that should have told it was lost on the way.
  void learn_version(std::string_view semver) { dialect_ = dialect_of(semver); }

  // Changes with the daemon's session id: it was restarted (or, after an hour, renewed its id).
  [[nodiscard]] unsigned session() const { return session_; }

  // Since the client was made.
  struct Figures {
    std::uint64_t requests = 0;  // over HTTP
    std::uint64_t errors = 0;    // requests that did not succeed
    double busy_seconds = 0;     // that finished requests took, all together
  };
  [[nodiscard]] const Figures& figures() const { return figures_; }

  // When the oldest request under way was sent that the daemon itself can answer at once.
  struct Sent {
    Clock::time_point at;
    double unix_time;
  };
  [[nodiscard]] std::optional<Sent> oldest() const;

 private:
  struct EasyCleanup {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct MultiCleanup {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };
  struct ListCleanup {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  using Easy = std::unique_ptr<CURL, EasyCleanup>;
  struct Transfer;

  Easy make_easy() const;
  void start(CURL* easy, Transfer& transfer);
  void finish(CURL* easy, CURLcode code);
  static RpcReply reply_of(CURL* easy, CURLcode code, const Transfer& transfer);
  static size_t on_request_body(char* to, size_t size, size_t count, void* transfer);
  static size_t on_body(char* data, size_t size, size_t count, void* transfer);
  static size_t on_header(char* data, size_t size, size_t count, void* transfer);

  const DaemonConfig& config_;
  std::unique_ptr<CURLM, MultiCleanup> multi_;
  std::vector<Easy> idle_;
  std::map<CURL*, std::unique_ptr<Transfer>> transfers_;
  std::string session_id_;
  unsigned session_ = 0;
  RpcDialect dialect_ = RpcDialect::kLegacy;  // of that session: the daemon may be another one after a restart
  Figures figures_;
};

}  // namespace tws::worker
