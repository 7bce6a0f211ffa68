#include "apache/status.hpp"

#include <http_protocol.h>
#include <http_request.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <string_view>

#include "apache/directives.hpp"
#include "apache/supervisor.hpp"
#include "support/fd.hpp"
#include "support/json.hpp"
#include "support/unix_message.hpp"

namespace tws::apache {

namespace {

constexpr int kStatusTimeoutMs = 2000;

Result<std::string> read_to_end(int socket) {
  std::string text;
  std::array<char, 8192> buffer{};
  for (;;) {
    if (!wait_for(socket, POLLIN, kStatusTimeoutMs)) {
      return Error{"the event loop does not answer", {}};
    }
    const ssize_t size = recv(socket, buffer.data(), buffer.size(), 0);
    if (size < 0) {
      return Error{"the event loop hung up", {}};
    }
    if (size == 0) {
      return text;
    }
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

Result<std::string> ask_event_loop(const SupervisorState& supervisor) {
  Handover question;
  question.kind = HandoverKind::kStatus;
  std::array<int, 2> pair{-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    return Error{"no descriptor left to ask the event loop with", {}};
  }
  const Fd ours(pair[0]);
  Fd theirs(pair[1]);
  if (const auto sent = send_handover(supervisor, question, {theirs.get()}); !sent) {
    return sent.error();
  }
  theirs.reset();
  return read_to_end(ours.get());
}

// One gauge for each number of the status; objects become parts of the name, lists are left out.
void append_metrics(std::string& out, const std::string& name, json_t* value) {
  if (json_is_number(value)) {
    out.append("# TYPE ").append(name).append(" gauge\n").append(name).append(" ");
    append_json(out, value);
    out.push_back('\n');
    return;
  }
  const char* key = nullptr;
  json_t* member = nullptr;
  json_object_foreach(value, key, member) { append_metrics(out, name + "_" + key, member); }
}

// Daemons are told apart by a label, as their names are no part of a metric's name.
void append_backend_metrics(std::string& out, json_t* backends) {
  for (const char* figure : {"requests", "errors", "busy_seconds"}) {
    const std::string name = std::string("torrent_ws_backend_") + figure;
    out.append("# TYPE ").append(name).append(" gauge\n");
    const char* backend = nullptr;
    json_t* figures = nullptr;
    json_object_foreach(backends, backend, figures) {
      out.append(name).append("{backend=\"").append(backend).append("\"} ");
      append_json(out, json_object_get(figures, figure));
      out.push_back('\n');
    }
  }
}

std::string to_metrics(json_t* status) {
  std::string out;
  const Json backends = Json::share(json_object_get(status, "backends"));
  json_object_del(status, "backends");
  json_object_del(status, "pids");
  append_metrics(out, "torrent_ws", status);
  append_backend_metrics(out, backends.get());
  out.append("# EOF\n");
  return out;
}

}  // namespace

int handle_status(request_rec* request) {
  if (request->handler == nullptr || std::string_view(request->handler) != "torrent-ws-status") {
    return DECLINED;
  }
  if (const int refused = check_handler_opened(request); refused != OK) {
    return refused;
  }
  if (request->method_number != M_GET) {
    ap_allow_standard_methods(request, REPLACE_ALLOW, M_GET, -1);
    return HTTP_METHOD_NOT_ALLOWED;
  }
  const ServerState& state = state_of(request->server);
  if (state.supervisor == nullptr || !is_up(*state.supervisor)) {
    return HTTP_SERVICE_UNAVAILABLE;
  }
  const auto answer = ask_event_loop(*state.supervisor);
  const auto status = answer ? parse_json(*answer) : Result<Json>(answer.error());
  if (!status) {
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, request, "TWS0006: no status: %s", status.error().message.c_str());
    return HTTP_SERVICE_UNAVAILABLE;
  }
  const bool metrics = request->args != nullptr && std::string_view(request->args) == "metrics";
  ap_set_content_type(request,
                      metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8" : "application/json");
  apr_table_setn(request->headers_out, "Cache-Control", "no-store");
  const std::string body = metrics ? to_metrics(status->get()) : *answer;
  ap_rwrite(body.data(), static_cast<int>(body.size()), request);
  return OK;
}

}  // namespace tws::apache
