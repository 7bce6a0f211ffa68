#include "apache/origins.hpp"

#include <http_protocol.h>

#include <algorithm>

namespace tws::apache {

namespace {

// The origin of the site itself, as a browser spells it: no port where that is the scheme's own.
std::string own_origin(request_rec* request) {
  const char* host = apr_table_get(request->headers_in, "Host");
  std::string origin = std::string(ap_http_scheme(request)) + "://" + (host != nullptr ? host : "");
  ap_str_tolower(origin.data());
  return origin;
}

bool is_listed(request_rec* request, const char* value) {
  std::string origin = value;
  ap_str_tolower(origin.data());
  const auto& config = directory_config_of(request);
  if (!config.origins_set) {
    return origin == own_origin(request);
  }
  return std::any_of(config.allowed_origins.begin(), config.allowed_origins.end(),
                     [&origin](const std::string& allowed) { return allowed == "*" || allowed == origin; });
}

}  // namespace

bool is_origin_allowed(request_rec* request) {
  const char* origin = apr_table_get(request->headers_in, "Origin");
  if (origin == nullptr || is_listed(request, origin)) {
    return true;
  }
  ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, request,
                "TWS0004: a page of origin %s may not connect; if it should, name it in TorrentWsAllowedOrigins",
                ap_escape_logitem(request->pool, origin));
  return false;
}

}  // namespace tws::apache
