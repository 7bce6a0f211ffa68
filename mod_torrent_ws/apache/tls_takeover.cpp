#include "apache/tls_takeover.hpp"

#include <fcntl.h>
#include <http_connection.h>
#include <mod_ssl_openssl.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <util_filter.h>

#include <array>
#include <memory>
#include <utility>

#include "apache/relay_process.hpp"
#include "support/unix_message.hpp"
#include "wire/handover.hpp"

namespace tws::apache {

namespace {

// Room in the pair for about one TLS record each way: what a slow reader may hold up.
constexpr int kPairBuffer = 32 << 10;
constexpr std::size_t kRecord = 16UL << 10;
constexpr int kWriteTimeoutMs = 500;

// What waits between commit() and our cleanup.
struct TakenTls {
  TlsConnection connection;
  BioPointer read_bio_of_mod_ssl;  // mod_ssl's cleanup still looks at its own two
  BioPointer write_bio_of_mod_ssl;
  int received_shutdown = 0;  // SSL_RECEIVED_SHUTDOWN when the client has said good-bye already
};

// Hangs on each connection from pre_connection on.
struct TlsState {
  conn_rec* connection = nullptr;
  ChildRelay* relay = nullptr;
  SSL* ssl = nullptr;          // mod_ssl's, seen in pre_handshake
  SSL_CTX* context = nullptr;  // its context then, before SNI chose another one
  std::unique_ptr<TakenTls> taken;
};

TlsState* state_of_connection(conn_rec* connection) {
  return static_cast<TlsState*>(ap_get_module_config(connection->conn_config, &torrent_ws_module));
}

BioPointer share(BIO* bio) {
  BIO_up_ref(bio);
  return BioPointer(bio);
}

// Runs after mod_ssl's own cleanup, which was registered later.
apr_status_t hand_to_relay(void* data) {
  auto* state = static_cast<TlsState*>(data);
  const std::unique_ptr<TakenTls> taken = std::move(state->taken);
  if (!taken) {
    return APR_SUCCESS;
  }
  SSL* ssl = taken->connection.ssl.get();
  SSL_set_app_data(ssl, nullptr);
  SSL_set_quiet_shutdown(ssl, 0);
  // mod_ssl has set both flags to end quietly.
  SSL_set_shutdown(ssl, taken->received_shutdown);
  // mod_ssl's callback on them looks at the SSL, which is the relay's from the next line on.
  taken->read_bio_of_mod_ssl.reset();
  taken->write_bio_of_mod_ssl.reset();
  state->relay->relay().adopt(std::move(taken->connection));
  return APR_SUCCESS;
}

// mod_ssl frees a client's certificate only when it sees the connection's end come by.
apr_status_t pass_end_of_connection(void* data) {
  conn_rec* connection = static_cast<TlsState*>(data)->connection;
  apr_bucket_brigade* brigade = apr_brigade_create(connection->pool, connection->bucket_alloc);
  APR_BRIGADE_INSERT_TAIL(brigade, ap_bucket_eoc_create(connection->bucket_alloc));
  connection->aborted = 0;
  ap_pass_brigade(connection->output_filters, brigade);
  connection->aborted = 1;
  return APR_SUCCESS;
}

int on_pre_connection(conn_rec* connection, void* /*socket*/) {
  if (connection->master != nullptr || connection->outgoing != 0) {
    return DECLINED;
  }
  // Not from the heap: each connection of the site has one, and prefork's signal handler ends them.
  auto* state = new (apr_palloc(connection->pool, sizeof(TlsState))) TlsState;
  state->connection = connection;
  state->relay = state_of(connection->base_server).relay;
  ap_set_module_config(connection->conn_config, &torrent_ws_module, state);
  apr_pool_cleanup_register(connection->pool, state, hand_to_relay, apr_pool_cleanup_null);
  return DECLINED;
}

int on_pre_handshake(conn_rec* connection, SSL* ssl, int is_proxy) {
  TlsState* state = is_proxy != 0 ? nullptr : state_of_connection(connection);
  if (state != nullptr) {
    state->ssl = ssl;
    state->context = SSL_get_SSL_CTX(ssl);
  }
  return DECLINED;
}

// Decrypts what lay below mod_ssl; a part of a record stays inside the SSL until the rest comes.
void decrypt_rest(SSL* ssl, int client, BioPointer memory, std::string_view ciphertext, std::string& plaintext) {
  BIO_set_mem_eof_return(memory.get(), -1);
  BIO_write(memory.get(), ciphertext.data(), static_cast<int>(ciphertext.size()));
  SSL_set0_rbio(ssl, memory.release());
  std::array<char, kRecord> record{};
  for (bool more = true; more;) {
    ERR_clear_error();
    const int size = SSL_read(ssl, record.data(), static_cast<int>(record.size()));
    if (size > 0) {
      plaintext.append(record.data(), static_cast<std::size_t>(size));
    } else {
      // The answer to a key update may have to wait for the client; what is left in the memory waits with it.
      more = SSL_get_error(ssl, size) == SSL_ERROR_WANT_WRITE && wait_for(client, POLLOUT, kWriteTimeoutMs);
    }
  }
}

}  // namespace

void register_tls_hooks() {
  ap_hook_pre_connection(on_pre_connection, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  APR_OPTIONAL_HOOK(ssl, pre_handshake, on_pre_handshake, nullptr, nullptr, APR_HOOK_MIDDLE);
}

bool can_take_tls(conn_rec* connection) {
  const TlsState* state = state_of_connection(connection);
  return state != nullptr && state->ssl != nullptr && state->relay != nullptr;
}

Result<TlsTakeover> TlsTakeover::prepare(conn_rec* connection, int client_socket) {
  TlsTakeover takeover(connection);
  if (!state_of_connection(connection)->relay->relay().start()) {
    return Error{"no thread or descriptor left for the TLS relay; raise the limits of processes and open files", {}};
  }
  takeover.client_.reset(fcntl(client_socket, F_DUPFD_CLOEXEC, 0));
  std::array<int, 2> pair{-1, -1};
  if (!takeover.client_ || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair.data()) != 0) {
    return Error{"no descriptor left for a TLS relay; raise the limit of open files", {}};
  }
  takeover.relay_end_.reset(pair[0]);
  takeover.plain_end_.reset(pair[1]);
  takeover.memory_.reset(BIO_new(BIO_s_mem()));
  takeover.socket_.reset(BIO_new_socket(takeover.client_.get(), BIO_NOCLOSE));
  if (!takeover.memory_ || !takeover.socket_) {
    return Error{"no memory left for a TLS relay", {}};
  }
  for (const int end : pair) {
    setsockopt(end, SOL_SOCKET, SO_SNDBUF, &kPairBuffer, sizeof kPairBuffer);
  }
  fcntl(client_socket, F_SETFL, fcntl(client_socket, F_GETFL) | O_NONBLOCK);
  return takeover;
}

void TlsTakeover::commit(std::string plaintext, std::string_view ciphertext) {
  TlsState* state = state_of_connection(connection_);
  SSL* ssl = state->ssl;
  SSL_up_ref(ssl);
  state->taken = std::make_unique<TakenTls>();
  TakenTls& taken = *state->taken;
  taken.connection.ssl.reset(ssl);
  taken.connection.session_context = state->context;
  taken.read_bio_of_mod_ssl = share(SSL_get_rbio(ssl));
  taken.write_bio_of_mod_ssl = share(SSL_get_wbio(ssl));
  SSL_set_info_callback(ssl, nullptr);
  // mod_ssl clears AUTO_RETRY, without which SSL_read may say WANT_READ while it holds data.
  SSL_set_mode(ssl, SSL_MODE_AUTO_RETRY | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                        SSL_MODE_RELEASE_BUFFERS);
  BIO* socket = socket_.release();
  SSL_set0_wbio(ssl, socket);
  decrypt_rest(ssl, client_.get(), std::move(memory_), ciphertext, plaintext);
  taken.received_shutdown = SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN;
  BIO_up_ref(socket);
  SSL_set0_rbio(ssl, socket);
  // Or else mod_ssl's close_notify would end the client's session.
  SSL_set_quiet_shutdown(ssl, 1);
  taken.connection.client = std::move(client_);
  taken.connection.plain = std::move(relay_end_);
  taken.connection.plain_cookie = socket_cookie(plain_end_.get());
  taken.connection.to_plain = std::move(plaintext);
  apr_pool_pre_cleanup_register(connection_->pool, state, pass_end_of_connection);
}

}  // namespace tws::apache
