#include "apache/status.hpp"

#include <http_protocol.h>
#include <http_request.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "apache/directives.hpp"
#include "apache/figures.hpp"
#include "apache/metrics.hpp"
#include "apache/status_question.hpp"

namespace tws::apache {

namespace {

constexpr std::chrono::milliseconds kTimeout{2000};

std::string to_table(const json_t* status) {
  const auto figures = figures_of(status);
  std::size_t width = 0;
  for (const auto& figure : figures) {
    width = std::max(width, name_for_people(figure).size());
  }
  std::string table;
  for (const auto& figure : figures) {
    std::string name = name_for_people(figure);
    name.resize(width + 2, ' ');
    table.append(name).append(figure.value).append("\n");
  }
  return table;
}

struct Form {
  std::string_view query;
  const char* content_type;
  std::string (*make)(const json_t* status);
};

constexpr std::array kForms = {
    Form{"", "text/plain; charset=utf-8", to_table},
    Form{"json", "application/json", to_text},
    Form{"metrics", "application/openmetrics-text; version=1.0.0; charset=utf-8", to_metrics},
};

int answer(request_rec* request, const char* content_type, std::string_view body) {
  ap_set_content_type(request, content_type);
  apr_table_setn(request->headers_out, "Cache-Control", "no-store");
  ap_rwrite(body.data(), static_cast<int>(body.size()), request);
  return OK;
}

}  // namespace

int handle_status(request_rec* request) {
  if (request->handler == nullptr || std::string_view(request->handler) != "torrent-ws-status") {
    return DECLINED;
  }
  if (const int refused = check_handler_opened(request); refused != OK) {
    return refused;
  }
  // HEAD is a GET here.
  if (request->method_number != M_GET) {
    ap_allow_standard_methods(request, REPLACE_ALLOW, M_GET, -1);
    return HTTP_METHOD_NOT_ALLOWED;
  }
  // Prometheus can only ask for ?metrics=.
  std::string_view query = request->args != nullptr ? request->args : "";
  if (query.size() > 1 && query.back() == '=') {
    query.remove_suffix(1);
  }
  const auto* form =
      std::find_if(kForms.begin(), kForms.end(), [query](const Form& one) { return one.query == query; });
  if (form == kForms.end()) {
    request->status = HTTP_BAD_REQUEST;
    return answer(request, "text/plain; charset=utf-8", "Ask with ?json, with ?metrics or without a query.\n");
  }
  const auto status = ask_for_status(request, kTimeout);
  return status ? answer(request, form->content_type, form->make(status->get())) : HTTP_SERVICE_UNAVAILABLE;
}

}  // namespace tws::apache
