#include "apache/upgrade.hpp"

#include <apr_base64.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>
#include <http_ssl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "apache/blocking_relay.hpp"
#include "apache/connection_handover.hpp"
#include "apache/directives.hpp"
#include "apache/origins.hpp"
#include "apache/supervisor.hpp"
#include "wire/serializer.hpp"

namespace tws::apache {

namespace {

constexpr int kNonceSize = 16;
constexpr int kNonceText = 24;
constexpr std::size_t kMaxLoggedPath = 1024;

// What a handler leads to. An endpoint with a realm serves no client that offers none of WAMP's subprotocols.
struct Endpoint {
  const char* handler;
  const char* name;
  const char* realm;
};

constexpr std::array kEndpoints = {
    Endpoint{"torrent-ws", "wamp", "torrents"},
#ifdef TWS_TEST_ENDPOINTS
    Endpoint{"torrent-ws-test-realm", "wamp", "realm1"},
    Endpoint{"torrent-ws-test-echo", "echo", ""},
#endif
};

const char* header(const request_rec* request, const char* name) {
  const char* value = apr_table_get(request->headers_in, name);
  return value != nullptr ? value : "";
}

bool is_upgrade(request_rec* request) {
  return ap_find_token(request->pool, header(request, "Connection"), "upgrade") != 0 &&
         ap_find_token(request->pool, header(request, "Upgrade"), "websocket") != 0;
}

// RFC 6455, 4.2.1: base64 of 16 bytes.
bool is_key(const char* key) {
  std::array<unsigned char, kNonceText> nonce{};
  return std::strlen(key) == kNonceText && apr_base64_decode_len(key) <= static_cast<int>(nonce.size()) &&
         apr_base64_decode_binary(nonce.data(), key) == kNonceSize;
}

// Would be taken for frames. On an HTTP/2 stream it cannot be: there mod_http2 sets these headers itself.
bool has_body(const request_rec* request) {
  return request->connection->master == nullptr && (apr_table_get(request->headers_in, "Content-Length") != nullptr ||
                                                    apr_table_get(request->headers_in, "Transfer-Encoding") != nullptr);
}

int refuse_upgrade_required(request_rec* request) {
  apr_table_setn(request->err_headers_out, "Upgrade", "websocket");
  apr_table_setn(request->err_headers_out, "Connection", "Upgrade");
  apr_table_setn(request->err_headers_out, "Sec-WebSocket-Version", "13");
  return HTTP_UPGRADE_REQUIRED;
}

// The first of those that the client offers, most wanted first, that is served (RFC 6455, 4.1), or null; "" where the
// endpoint needs none.
const char* choose_protocol(request_rec* request, const Endpoint& endpoint) {
  if (*endpoint.realm == '\0') {
    return "";
  }
  const char* rest = header(request, "Sec-WebSocket-Protocol");
  while (*rest != '\0') {
    const char* offered = ap_get_token(request->pool, &rest, 0);
    if (serializer_of(offered) || offered == kWampV1) {
      return offered;
    }
    rest += *rest != '\0' ? 1 : 0;
  }
  return nullptr;
}

// OK, or the HTTP status that the request is refused with.
int check_request(request_rec* request, const char* protocol) {
  if (request->method_number != M_GET || request->header_only != 0) {
    ap_allow_standard_methods(request, REPLACE_ALLOW, M_GET, -1);
    return HTTP_METHOD_NOT_ALLOWED;
  }
  if (request->proto_num < HTTP_VERSION(1, 1) || !is_upgrade(request) ||
      std::string_view(header(request, "Sec-WebSocket-Version")) != "13") {
    return refuse_upgrade_required(request);
  }
  if (has_body(request) || !is_key(header(request, "Sec-WebSocket-Key"))) {
    return HTTP_BAD_REQUEST;
  }
  if (protocol == nullptr) {
    ap_log_rerror(
        APLOG_MARK, APLOG_INFO, 0, request,
        "TWS0007: the client offers no subprotocol that is served: wamp.2.json, wamp.2.cbor, wamp.2.msgpack, wamp");
    return HTTP_BAD_REQUEST;
  }
  if (!is_origin_allowed(request)) {
    return HTTP_FORBIDDEN;
  }
  return OK;
}

Handover describe(request_rec* request, const Endpoint& endpoint, const char* protocol) {
  conn_rec* connection = request->connection;
  Handover handover;
  handover.tls = ap_ssl_conn_is_ssl(connection->master != nullptr ? connection->master : connection) != 0;
  handover.site = std::string(request->server->server_hostname != nullptr ? request->server->server_hostname : "-") +
                  ":" +
                  std::to_string(request->server->port != 0 ? request->server->port : connection->local_addr->port);
  handover.path = std::string(ap_escape_logitem(request->pool, request->uri)).substr(0, kMaxLoggedPath);
  handover.endpoint = endpoint.name;
  handover.realm = endpoint.realm;
  handover.address = request->useragent_ip;
  handover.user = request->user != nullptr ? request->user : "";
  handover.key = header(request, "Sec-WebSocket-Key");
  handover.protocol = protocol;
  handover.extensions = header(request, "Sec-WebSocket-Extensions");
  return handover;
}

}  // namespace

int handle_upgrade(request_rec* request) {
  if (request->handler == nullptr) {
    return DECLINED;
  }
  const std::string_view handler = request->handler;
  const auto* endpoint = std::find_if(kEndpoints.begin(), kEndpoints.end(),
                                      [handler](const Endpoint& candidate) { return handler == candidate.handler; });
  if (endpoint == kEndpoints.end()) {
    return DECLINED;
  }
  if (const int refused = check_handler_opened(request); refused != OK) {
    return refused;
  }
  const char* protocol = choose_protocol(request, *endpoint);
  if (const int refused = check_request(request, protocol); refused != OK) {
    return refused;
  }
  const ServerState& state = state_of(request->server);
  if (state.supervisor == nullptr || !is_up(*state.supervisor)) {
    return refuse_unavailable(request);
  }
  const std::string obstacle = handover_obstacle(request->connection);
  return obstacle.empty() ? hand_over_connection(request, describe(request, *endpoint, protocol))
                          : relay_blocking(request, describe(request, *endpoint, protocol), obstacle);
}

}  // namespace tws::apache
