#include "apache/publish.hpp"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <util_script.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string_view>

#include "apache/directives.hpp"
#include "apache/loop_question.hpp"
#include "apache/origins.hpp"
#include "apache/supervisor.hpp"
#include "support/json.hpp"
#include "wire/error_uris.hpp"

namespace tws::apache {

namespace {

constexpr auto kTimeout = std::chrono::seconds(10);
constexpr std::size_t kReadSize = 8192;
// Of a parameter that signs.
constexpr std::size_t kMaxParameter = 128;

int answer(request_rec* request, int status, std::string_view json) {
  request->status = status;
  ap_set_content_type(request, "application/json");
  apr_table_setn(request->headers_out, "Cache-Control", "no-store");
  if (status == HTTP_SERVICE_UNAVAILABLE) {
    apr_table_setn(request->headers_out, "Retry-After", "1");
  }
  if (status == HTTP_UNAUTHORIZED) {
    apr_table_setn(request->headers_out, "WWW-Authenticate", "HMAC-SHA256 realm=\"torrents\"");
  }
  ap_rwrite(json.data(), static_cast<int>(json.size()), request);
  return OK;
}

int refuse(request_rec* request, int status, const char* uri, const char* message) {
  const Json error(json_pack("{ss ss}", "error", uri, "message", message));
  return answer(request, status, to_text(error.get()));
}

bool is_json(const request_rec* request) {
  const char* type = apr_table_get(request->headers_in, "Content-Type");
  const char* rest = type != nullptr ? type : "";
  const char* name = ap_get_token(request->pool, &rest, 0);
  return apr_strnatcasecmp(name, "application/json") == 0;
}

// False: it cannot be read.
bool append(std::string& body, apr_bucket_brigade* brigade) {
  for (apr_bucket* bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade);
       bucket = APR_BUCKET_NEXT(bucket)) {
    const char* bytes = nullptr;
    apr_size_t size = 0;
    if (!APR_BUCKET_IS_METADATA(bucket) && apr_bucket_read(bucket, &bytes, &size, APR_BLOCK_READ) != APR_SUCCESS) {
      return false;
    }
    body.append(bytes != nullptr ? bytes : "", size);
  }
  return true;
}

// OK and the body, or the HTTP status that it is refused with.
int read_body(request_rec* request, std::size_t max_size, std::string& body) {
  if (const int refused = ap_setup_client_block(request, REQUEST_CHUNKED_DECHUNK); refused != OK) {
    return refused;
  }
  if (request->remaining > static_cast<apr_off_t>(max_size)) {
    return HTTP_REQUEST_ENTITY_TOO_LARGE;
  }
  apr_bucket_brigade* brigade = apr_brigade_create(request->pool, request->connection->bucket_alloc);
  for (bool has_ended = false; !has_ended;) {
    const apr_status_t got =
        ap_get_brigade(request->input_filters, brigade, AP_MODE_READBYTES, APR_BLOCK_READ, kReadSize);
    if (got != APR_SUCCESS || APR_BRIGADE_EMPTY(brigade)) {
      request->connection->keepalive = AP_CONN_CLOSE;
      return ap_map_http_request_error(got, HTTP_BAD_REQUEST);
    }
    has_ended = APR_BUCKET_IS_EOS(APR_BRIGADE_LAST(brigade));
    if (!append(body, brigade)) {
      return HTTP_BAD_REQUEST;
    }
    if (body.size() > max_size) {
      return HTTP_REQUEST_ENTITY_TOO_LARGE;
    }
    apr_brigade_cleanup(brigade);
  }
  return OK;
}

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// Of the query; without a name where one of them has no such form.
PublishSignature signature_of(request_rec* request) {
  apr_table_t* query = nullptr;
  ap_args_to_table(request, &query);
  const auto parameter = [query](const char* name) {
    const char* value = apr_table_get(query, name);
    return std::string(value != nullptr ? value : "");
  };
  PublishSignature signature{parameter("key"), parameter("timestamp"), parameter("seq"), parameter("nonce"),
                             parameter("signature")};
  for (const auto* part :
       {&signature.key, &signature.timestamp, &signature.seq, &signature.nonce, &signature.signature}) {
    if (part->size() > kMaxParameter || !std::all_of(part->begin(), part->end(), is_ascii)) {
      return {};
    }
  }
  return signature;
}

Handover describe(request_rec* request) {
  Handover question;
  question.kind = HandoverKind::kPublish;
  question.address = request->useragent_ip;
  question.user = request->user != nullptr ? request->user : "";
  if (question.user.empty()) {
    question.signature = signature_of(request);
  }
  return question;
}

// With the body read, so that a client that is slow holds nothing of the event loop's.
int publish(request_rec* request, std::string_view question, std::string_view body) {
  const ServerState& state = state_of(request->server);
  if (state.supervisor == nullptr || !is_up(*state.supervisor)) {
    return refuse(request, HTTP_SERVICE_UNAVAILABLE, error_uri::kBusy, "torrent-ws is not up; send it again");
  }
  const auto text = ask_event_loop(*state.supervisor, question, body, kTimeout);
  // The status, a line feed, and the JSON.
  const std::string_view answered = text ? std::string_view(*text) : std::string_view();
  const std::size_t end = answered.find('\n');
  if (end == std::string_view::npos) {
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, request, "TWS0011: no answer to a publication: %s",
                  text ? "the event loop hung up" : text.error().message.c_str());
    return refuse(request, HTTP_SERVICE_UNAVAILABLE, error_uri::kOutcomeUnknown,
                  "torrent-ws does not answer: it may have been published or not");
  }
  int status = HTTP_INTERNAL_SERVER_ERROR;
  std::from_chars(answered.data(), answered.data() + end, status);
  return answer(request, status, answered.substr(end + 1));
}

}  // namespace

int handle_publish(request_rec* request) {
  if (request->handler == nullptr || std::string_view(request->handler) != "torrent-ws-publish") {
    return DECLINED;
  }
  if (const int refused = check_handler_opened(request); refused != OK) {
    return refused;
  }
  if (request->method_number != M_POST) {
    apr_table_setn(request->headers_out, "Allow", "POST");
    return refuse(request, HTTP_METHOD_NOT_ALLOWED, error_uri::kInvalidArgument, "publish with POST");
  }
  // A page of another site can send it only after a question that is not answered here (CORS).
  if (!is_json(request) || apr_table_get(request->headers_in, "Content-Encoding") != nullptr) {
    return refuse(request, HTTP_UNSUPPORTED_MEDIA_TYPE, error_uri::kInvalidArgument,
                  "send Content-Type: application/json, without a Content-Encoding");
  }
  if (!is_origin_allowed(request)) {
    return refuse(request, HTTP_FORBIDDEN, error_uri::kNotAuthorized, "pages of this origin may not publish");
  }
  const Handover question = describe(request);
  if (question.user.empty() && question.signature.key.empty()) {
    return refuse(request, HTTP_UNAUTHORIZED, error_uri::kAuthenticationFailed,
                  "sign in to the site, or sign the request with key, timestamp, seq, nonce and signature");
  }
  // A login may be in another encoding.
  const auto encoded = encode_handover(question);
  if (!encoded) {
    return refuse(request, HTTP_BAD_REQUEST, error_uri::kInvalidArgument, encoded.error().message.c_str());
  }
  std::string body;
  const std::size_t max_size = state_of(request->server).configuration.max_message_bytes;
  switch (const int refused = read_body(request, max_size, body)) {
    case OK:
      return publish(request, *encoded, body);
    case HTTP_REQUEST_ENTITY_TOO_LARGE:
      return refuse(request, refused, error_uri::kPayloadSizeExceeded, "the body is too large; send several");
    case AP_FILTER_ERROR:  // it is answered already
      return refused;
    default:
      return refuse(request, refused, error_uri::kInvalidArgument, "the body did not come as it was announced");
  }
}

}  // namespace tws::apache
