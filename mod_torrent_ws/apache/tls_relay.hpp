// The TLS relay: moves bytes between clients' TLS connections and the plain sockets that the torrent-ws
// process has the other ends of. It runs in one thread of each httpd child, and when the child leaves
// before its clients do, in a relay process that is forked for them (relay_process.hpp).
//
// It never blocks, holds at most about one TLS record each way for a connection, and stops reading one
// side while the other stalls. From adopt() on only the relay touches the SSL.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "support/fd.hpp"

namespace tws::apache {

struct SslFree {
  // Without a word to the client, and without mod_ssl's callback that would forget its session.
  void operator()(SSL* ssl) const {
    SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(ssl);
  }
};

// A TLS connection that was taken over, on its way to the relay.
struct TlsConnection {
  std::unique_ptr<SSL, SslFree> ssl;   // reads and writes `client` through socket BIOs
  SSL_CTX* session_context = nullptr;  // mod_ssl's, from before SNI; its callbacks are for httpd's processes only
  Fd client;                           // non-blocking
  Fd plain;                            // non-blocking
  std::uint64_t plain_cookie = 0;      // socket_cookie() of the end that torrent-ws has
  std::string to_plain;                // decrypted already, to be delivered first
};

class TlsRelayLoop;

class TlsRelay {
 public:
  TlsRelay();
  // As stop_thread(); drops the connections.
  ~TlsRelay();
  TlsRelay(const TlsRelay&) = delete;
  TlsRelay& operator=(const TlsRelay&) = delete;

  [[nodiscard]] bool has_started() const { return loop_ != nullptr; }

  // Starts the thread unless it runs. False when there is none to be had, or no descriptors for it. Any thread of the
  // child.
  bool start();

  // Takes the connection over, after start() was true. Any thread of the child.
  void adopt(TlsConnection connection);

  // Ends the thread and gives its loop, with the connections that are left; null when there are none.
  // In the child's main thread, when no other thread adopts any more.
  std::unique_ptr<TlsRelayLoop> stop_thread();

  // Waits until the connections have ended, at most so long, and tells whether they have: torrent-ws is
  // saying good-bye to its clients. In the child's main thread, also in prefork's signal handler.
  bool finish(std::chrono::milliseconds limit);

 private:
  std::mutex mutex_;  // guards the start
  std::unique_ptr<TlsRelayLoop> loop_;
  std::thread thread_;
};

}  // namespace tws::apache
