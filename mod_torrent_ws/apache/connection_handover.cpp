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
#include "support/unix_message.hpp"

namespace tws::apache {

namespace {

constexpr int kSendTimeoutMs = 500;
constexpr std::size_t kMaxDrained = 64UL << 10;
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

Status check_filters(const conn_rec* connection) {
  for (const ap_filter_t* chain : {connection->input_filters, connection->output_filters}) {
    if (const char* name = unknown_filter(chain)) {
      return Error{"the connection filter \"" + std::string(name) +
                       "\" is in the way; switch its module off for this virtual host",
                   {}};
    }
  }
  return Done{};
}

// What httpd still has to send goes out first: a pipelined GET's response would come behind our bytes.
Status flush_output(conn_rec* connection) {
  apr_bucket_brigade* brigade = apr_brigade_create(connection->pool, connection->bucket_alloc);
  APR_BRIGADE_INSERT_TAIL(brigade, apr_bucket_flush_create(connection->bucket_alloc));
  const apr_status_t status = ap_pass_brigade(connection->output_filters, brigade);
  apr_brigade_destroy(brigade);
  if (status != APR_SUCCESS || connection->aborted != 0) {
    return Error{"the client left during its upgrade", {}};
  }
  return Done{};
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
    if (APR_STATUS_IS_EAGAIN(status)) {
      break;
    }
    if (status != APR_SUCCESS || (!APR_BRIGADE_EMPTY(brigade) && APR_BUCKET_IS_EOS(APR_BRIGADE_LAST(brigade)))) {
      outcome = Error{"the client left during its upgrade", {}};
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
  if (auto status = check_filters(connection); !status) {
    return status;
  }
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

Status send_handover(const request_rec* request, const Handover& handover, int descriptor) {
  const auto message = encode_handover(handover);
  if (!message) {
    return message.error();
  }
  const auto& supervisor = *state_of(request->server).supervisor;
  return send_message(handover_socket(supervisor), *message, descriptor, kSendTimeoutMs);
}

Result<int> client_socket(conn_rec* connection) {
  int descriptor = -1;
  if (apr_os_sock_get(&descriptor, ap_get_conn_socket(connection)) != APR_SUCCESS) {
    return Error{"the connection has no socket", {}};
  }
  return descriptor;
}

}  // namespace

Status hand_over_connection(request_rec* request, Handover handover) {
  conn_rec* connection = request->connection;
  const auto descriptor = client_socket(connection);
  if (!descriptor) {
    return descriptor.error();
  }
  handover.tls = ap_ssl_conn_is_ssl(connection) != 0;
  if (handover.tls && !can_take_tls(connection)) {
    return Error{"its TLS is not mod_ssl's; serve this virtual host with mod_ssl", {}};
  }
  std::string plaintext;
  std::string from_core;
  if (auto status = empty_httpd(connection, plaintext, from_core); !status) {
    return status;
  }
  if (handover.tls) {
    auto takeover = TlsTakeover::prepare(connection, *descriptor);
    if (!takeover) {
      return takeover.error();
    }
    if (const auto sent = send_handover(request, handover, takeover->plain_end()); !sent) {
      return sent.error();
    }
    takeover->commit(std::move(plaintext), from_core);
  } else {
    handover.drained = plaintext + from_core;
    if (const auto sent = send_handover(request, handover, *descriptor); !sent) {
      return sent.error();
    }
  }
  let_go(request);
  return Done{};
}

}  // namespace tws::apache
