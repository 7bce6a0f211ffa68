// Takes a TLS connection's SSL out of mod_ssl's hands, so that this child's relay thread can go on with
// it while httpd forgets the connection.
//
// Order matters, and mod_ssl still frees its share of the connection afterwards:
//   commit() (handler)       the SSL gets BIOs of our own and what httpd had read already
//   before c->pool's cleanup an EOC bucket makes mod_ssl free the client's certificate
//   mod_ssl's cleanup        drops its reference to the SSL, quietly
//   our cleanup, after that  nothing of mod_ssl's is reachable from the SSL any more; to the relay
// Runs in httpd children, in the connection's own thread. Source: modules/ssl/ssl_engine_io.c.
#pragma once

#include <openssl/bio.h>

#include <memory>
#include <string>
#include <string_view>

#include "apache/module.hpp"
#include "support/fd.hpp"

namespace tws::apache {

// The hooks that notice each TLS connection. For register_hooks.
void register_tls_hooks();

// Whether the connection's TLS is mod_ssl's and can be taken over.
bool can_take_tls(conn_rec* connection);

struct BioFree {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using BioPointer = std::unique_ptr<BIO, BioFree>;

class TlsTakeover {
 public:
  // Makes everything that can fail; the connection is as it was.
  static Result<TlsTakeover> prepare(conn_rec* connection, int client_socket);

  // The end that goes to the torrent-ws process; owned by this object.
  [[nodiscard]] int plain_end() const { return plain_end_.get(); }

  // Takes the SSL. `plaintext` came out of mod_ssl already, `ciphertext` lay below it; both are
  // delivered to the plain side first. Cannot fail: what the client sent wrong ends in the relay.
  void commit(std::string plaintext, std::string_view ciphertext);

 private:
  explicit TlsTakeover(conn_rec* connection) : connection_(connection) {}

  conn_rec* connection_;
  BioPointer memory_;  // for what was read of the connection already
  BioPointer socket_;
  Fd client_;
  Fd relay_end_;
  Fd plain_end_;
};

}  // namespace tws::apache
