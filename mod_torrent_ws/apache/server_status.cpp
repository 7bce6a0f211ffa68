#include "apache/server_status.hpp"

#include <httpd.h>
// Keeps this include first: httpd.h defines what the others need.
#include <apr_optional_hooks.h>
#include <http_protocol.h>
#include <mod_status.h>

#include <cctype>
#include <string>

#include "apache/figures.hpp"
#include "apache/status_question.hpp"

namespace tws::apache {

namespace {

constexpr std::chrono::milliseconds kTimeout{1000};

void put(request_rec* request, const std::string& text) { ap_rputs(text.c_str(), request); }

// TorrentWsJobsDone, as mod_status has its own names.
std::string short_name(const Figure& figure) {
  std::string name = "TorrentWs";
  for (const auto& part : figure.path) {
    bool starts = true;
    for (const char c : part) {
      if (c != '_') {
        name.push_back(starts ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c);
      }
      starts = c == '_';
    }
  }
  return name;
}

void put_short(request_rec* request, const Result<Json>& status) {
  put(request, std::string("TorrentWsUp: ") + (status ? "1" : "0") + "\n");
  if (!status) {
    return;
  }
  for (const auto& figure : figures_of(status->get())) {
    put(request, short_name(figure) + ": " + figure.value + "\n");
  }
}

void put_html(request_rec* request, const Result<Json>& status) {
  put(request, "<hr />\n<h2>torrent-ws</h2>\n<dl>\n");
  const auto put_line = [request](const std::string& line) {
    put(request, std::string("<dt>") + ap_escape_html(request->pool, line.c_str()) + "</dt>\n");
  };
  if (!status) {
    put_line(status.error().message);
  } else {
    for (const auto& figure : figures_of(status->get())) {
      put_line(name_for_people(figure) + ": " + figure.value);
    }
  }
  put(request, "</dl>\n");
}

int show_status(request_rec* request, int flags) {
  if (state_of(request->server).supervisor == nullptr) {
    return DECLINED;
  }
  const auto status = ask_for_status(request, kTimeout);
  ((flags & AP_STATUS_SHORT) != 0 ? put_short : put_html)(request, status);
  return OK;
}

}  // namespace

void register_server_status() { APR_OPTIONAL_HOOK(ap, status_hook, show_status, nullptr, nullptr, APR_HOOK_MIDDLE); }

}  // namespace tws::apache
