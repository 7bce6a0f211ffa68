#include "apache/connection_handover.hpp"

#include <apr_portable.h>
#include <http_connection.h>
#include <http_core.h>
#include <http_ssl.h>
#include <util_filter.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "apache/supervisor.hpp"
#include "apache/tls_takeover.hpp"
#include "support/fd.hpp"

namespace tws::apache {

namespace {

constexpr apr_off_t kDrainStep = 8000;

// The connection filters that are known to hold nothing of a connection once it is drained. Any other
// one (mod_dumpio, mod_ratelimit on connections, another TLS module) may, so such a connection stays.
constexpr std::array<std::string_view, 7> kKnownFilters = {"ssl/tls filter",
                                                           "ssl/tls coalescing filter",
                                                           "reqtimeout",
                                                           "remoteip_input",
                                                           "log_input_output",
                                                           "core_in",
                                                           "core"};

const char* unknown_filter(const ap_filter_t* filter) {
  for (; filter != nullptr; filter = filter->next) {
    const char* name = filter->frec->name;
    const bool known = std::any_of(kKnownFilters.begin(), kKnownFilters.end(),
                                   [name](std::string_view known_name) { return known_name == name; });
    if (!known) {
      return name;
    }
  }
  return nullptr;
}

Status client_left(conn_rec* connection) {
  connection->aborted = 1;
  return Error{"the client left during its upgrade", {}};
}

// What httpd still has to send goes out first: a pipelined GET's response would come behind our bytes.
Status flush_output(conn_rec* connection) {
  apr_bucket_brigade* brigade = apr_brigade_create(connection->pool, connection->bucket_alloc);
  APR_BRIGADE_INSERT_TAIL(brigade, apr_bucket_flush_create(connection->bucket_alloc));
  const apr_status_t status = ap_pass_brigade(connection->output_filters, brigade);
  apr_brigade_destroy(brigade);
  return status == APR_SUCCESS && connection->aborted == 0 ? Status(Done{}) : client_left(connection);
}

// Appends the buckets that hold bytes; the socket's own bucket has no length and is left alone.
Status append_bytes(apr_bucket_brigade* brigade, std::string& out) {
  for (apr_bucket* bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade);
       bucket = APR_BUCKET_NEXT(bucket)) {
    if (bucket->length == static_cast<apr_size_t>(-1) || APR_BUCKET_IS_METADATA(bucket)) {
      continue;
    }
    const char* data = nullptr;
    apr_size_t size = 0;
    if (apr_bucket_read(bucket, &data, &size, APR_NONBLOCK_READ) != APR_SUCCESS) {
      return Error{"cannot read what the client sent behind its request", {}};
    }
    out.append(data, size);
  }
  return Done{};
}

// What the filters above the core have read already: with TLS, the plaintext in mod_ssl's buffers.
Status drain_filters(conn_rec* connection, std::string& drained) {
  apr_bucket_brigade* brigade = apr_brigade_create(connection->pool, connection->bucket_alloc);
  Status outcome = Done{};
  while (outcome && drained.size() < kMaxDrained) {
    const std::size_t before = drained.size();
    const apr_status_t status =
        ap_get_brigade(connection->input_filters, brigade, AP_MODE_READBYTES, APR_NONBLOCK_READ, kDrainStep);
    // A client that has said all still gets its answer.
    if (APR_STATUS_IS_EAGAIN(status) || APR_STATUS_IS_EOF(status)) {
      break;
    }
    if (status != APR_SUCCESS || (!APR_BRIGADE_EMPTY(brigade) && APR_BUCKET_IS_EOS(APR_BRIGADE_LAST(brigade)))) {
      outcome = client_left(connection);
      break;
    }
    outcome = append_bytes(brigade, drained);
    apr_brigade_cleanup(brigade);
    if (drained.size() == before) {
      break;
    }
  }
  apr_brigade_destroy(brigade);
  return outcome;
}

// What core_in has read from the socket and nobody has asked for: with TLS, ciphertext.
Status drain_core(conn_rec* connection, std::string& drained) {
  ap_filter_t* core = connection->input_filters;
  while (core->next != nullptr) {
    core = core->next;
  }
  apr_bucket_brigade* brigade = apr_brigade_create(connection->pool, connection->bucket_alloc);
  const apr_status_t status = ap_get_brigade(core, brigade, AP_MODE_EXHAUSTIVE, APR_NONBLOCK_READ, 0);
  Status outcome = status == APR_SUCCESS ? append_bytes(brigade, drained)
                                         : Status(Error{"cannot take the bytes that httpd has read", {}});
  apr_brigade_destroy(brigade);
  return outcome;
}

// In this order, as each step relies on the one before. Both strings hold what the client sent behind
// its request: what came through the filters, and what lay below them (with TLS still encrypted).
Status empty_httpd(conn_rec* connection, std::string& from_filters, std::string& from_core) {
  if (auto status = flush_output(connection); !status) {
    return status;
  }
  if (auto status = drain_filters(connection, from_filters); !status) {
    return status;
  }
  return drain_core(connection, from_core);
}

// httpd must neither write to the connection nor shut it down: aborted stops its writes, and the
// dummy takes the shutdown() of ap_start_lingering_close, which would hit the shared socket.
void let_go(request_rec* request) {
  conn_rec* connection = request->connection;
  apr_socket_t* dummy = nullptr;
  if (apr_socket_create(&dummy, APR_INET, SOCK_STREAM, APR_PROTO_TCP, connection->pool) == APR_SUCCESS) {
    ap_set_core_module_config(connection->conn_config, dummy);
  }
  request->input_filters = request->proto_input_filters = connection->input_filters;
  request->output_filters = request->proto_output_filters = connection->output_filters;
  request->status = HTTP_SWITCHING_PROTOCOLS;
  connection->keepalive = AP_CONN_CLOSE;
  connection->aborted = 1;
}

bool is_tls(conn_rec* connection) { return ap_ssl_conn_is_ssl(connection) != 0; }

// The request was answered for good once its bytes are taken: the connection serves no other one.
int refuse_drained(request_rec* request, const Error& error) {
  request->connection->keepalive = AP_CONN_CLOSE;
  if (request->connection->aborted != 0) {
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, request, "%s", error.message.c_str());
    return HTTP_BAD_REQUEST;
  }
  ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, request, "TWS0005: connection not handed over: %s", error.message.c_str());
  return refuse_unavailable(request);
}

Status send_tls(conn_rec* connection, const SupervisorState& supervisor, const std::string& message, int client,
                std::string plaintext, std::string_view ciphertext) {
  auto takeover = TlsTakeover::prepare(connection, client);
  if (!takeover) {
    return takeover.error();
  }
  auto sent = send_handover(supervisor, message, {takeover->plain_end()});
  if (sent) {
    takeover->commit(std::move(plaintext), ciphertext);
  }
  return sent;
}

}  // namespace

std::string handover_obstacle(conn_rec* connection) {
  if (connection->master != nullptr) {
    return "HTTP/2 streams";
  }
  if (is_tls(connection) && !can_take_tls(connection)) {
    return "connections whose TLS is not mod_ssl's";
  }
  for (const ap_filter_t* chain : {connection->input_filters, connection->output_filters}) {
    if (const char* name = unknown_filter(chain)) {
      return "connections behind the filter " + std::string(name);
    }
  }
  return {};
}

int refuse_unavailable(request_rec* request) {
  apr_table_setn(request->err_headers_out, "Retry-After", "1");
  return HTTP_SERVICE_UNAVAILABLE;
}

int encode_for_client(request_rec* request, const Handover& handover, std::string& message) {
  auto encoded = encode_handover(handover);
  if (!encoded) {
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, request, "upgrade refused: %s", encoded.error().message.c_str());
    return HTTP_BAD_REQUEST;
  }
  message = std::move(*encoded);
  return OK;
}

int hand_over_connection(request_rec* request, const Handover& handover) {
  conn_rec* connection = request->connection;
  std::string message;
  if (const int refused = encode_for_client(request, handover, message); refused != OK) {
    return refused;
  }
  int client = -1;
  apr_os_sock_get(&client, ap_get_conn_socket(connection));
  std::string from_filters;
  std::string from_core;
  if (const auto emptied = empty_httpd(connection, from_filters, from_core); !emptied) {
    return refuse_drained(request, emptied.error());
  }
  const std::size_t drained = from_filters.size() + from_core.size();
  if (drained > 2 * kMaxDrained) {
    return refuse_drained(request, Error{"the client sent too much before it was answered", {}});
  }
  const SupervisorState& supervisor = *state_of(request->server).supervisor;
  const Status sent = handover.tls
                          ? send_tls(connection, supervisor, message, client, std::move(from_filters), from_core)
                          : send_handover(supervisor, message + from_filters + from_core, {client});
  if (!sent) {
    return refuse_drained(request, sent.error());
  }
  ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, request,
                "handed over to torrent-ws, %s, with %" APR_SIZE_T_FMT " bytes from behind the request",
                handover.tls ? "through a TLS relay" : "as it is", drained);
  let_go(request);
  return OK;
}

}  // namespace tws::apache
