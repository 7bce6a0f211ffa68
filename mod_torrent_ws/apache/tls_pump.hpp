// The pump of one relayed TLS connection: its two descriptors, what is pending each way, and what it
// waits for. Used by the relay's thread only; it knows nothing of epoll.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "apache/tls_relay.hpp"

namespace tws::apache {

// The events of epoll that a descriptor waits for; 0: none.
struct TlsInterest {
  unsigned client = 0;
  unsigned plain = 0;
  bool operator==(const TlsInterest&) const = default;
};

enum class PumpOutcome {
  kWaiting,   // nothing more to do until one of the descriptors is ready
  kBusy,      // did its share; wants another turn after the others
  kFinished,  // both sides are done, or one is broken: to be destroyed
};

class TlsPump {
 public:
  explicit TlsPump(TlsConnection connection) : connection_(std::move(connection)) {}

  // Moves what can be moved. `scratch` holds one record; nothing in it outlives the call.
  PumpOutcome run(std::span<char> scratch);

  // For a relay process: a bad record would remove the session from httpd's cache by mod_ssl's callback.
  void detach_session_cache() const { SSL_CTX_sess_set_remove_cb(connection_.session_context, nullptr); }

  // The plain side has ended: what is left is the farewell, which may not take for ever.
  [[nodiscard]] bool is_leaving() const { return plain_ended_ || plain_hung_up_; }

  [[nodiscard]] TlsInterest interest() const;
  [[nodiscard]] int client() const { return connection_.client.get(); }
  [[nodiscard]] int plain() const { return connection_.plain.get(); }
  [[nodiscard]] std::uint64_t plain_cookie() const { return connection_.plain_cookie; }

 private:
  enum class Step { kMoved, kStalled, kBroken };

  Step client_to_plain(std::span<char> scratch);
  Step plain_to_client(std::span<char> scratch);
  Step flush_to_plain();
  Step flush_to_client();
  Step after_tls_result(int result);
  void say_goodbye();
  [[nodiscard]] bool has_plain_hung_up() const;

  TlsConnection connection_;
  std::string to_client_;
  bool tls_wants_write_ = false;
  bool client_ended_ = false;
  bool plain_ended_ = false;
  bool plain_hung_up_ = false;  // seen while what came before it still waits for the client
  bool goodbye_said_ = false;
};

}  // namespace tws::apache
