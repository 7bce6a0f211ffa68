// The TLS relay: one thread in each httpd child that moves bytes between clients' TLS connections and
// the plain sockets that the torrent-ws process has the other ends of.
//
// It never blocks, holds at most about one TLS record each way for a connection, and stops reading one
// side while the other stalls. From adopt() on only this thread touches the SSL.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "support/fd.hpp"

namespace tws::apache {

struct SslFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

// A TLS connection that was taken over, on its way to the relay.
struct TlsConnection {
  std::unique_ptr<SSL, SslFree> ssl;  // reads and writes `client` through socket BIOs
  Fd client;                          // non-blocking
  Fd plain;                           // non-blocking
  std::string to_plain;               // decrypted already, to be delivered first
};

class TlsRelay {
 public:
  TlsRelay();
  // Stops the thread and drops its connections. In the child's main thread.
  ~TlsRelay();
  TlsRelay(const TlsRelay&) = delete;
  TlsRelay& operator=(const TlsRelay&) = delete;

  // Takes the connection over; the first one starts the thread. Any thread of the child.
  void adopt(TlsConnection connection);

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace tws::apache
