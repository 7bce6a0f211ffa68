#include "apache/metrics.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <string_view>
#include <vector>

#include "apache/figures.hpp"

namespace tws::apache {

namespace {

constexpr std::string_view kPrefix = "torrent_ws_";

// Names of members with dots between them. One may be several alternatives, or * for any: it is the label's value.
struct Known {
  std::string_view path;
  std::string_view family;  // without kPrefix
  std::string_view type;
  std::string_view unit;
  std::string_view label;
  std::string_view help;
};

constexpr std::array kKnown = {
    Known{"version", "build", "info", "", "version", "The version of torrent-ws."},
    Known{"uptime_seconds", "uptime_seconds", "gauge", "seconds", "", "Since the start of torrent-ws."},
    Known{"processes.*", "processes", "gauge", "", "kind", "Worker, handler and relay processes."},
    Known{"connections.ws|wss", "connections", "gauge", "", "transport", "Open WebSockets."},
    Known{"connections.relay", "relay_connections", "gauge", "", "", "Of the WebSockets, those in relay processes."},
    Known{"connections.blocking", "blocking_connections", "gauge", "", "",
          "Of the WebSockets, those that hold an httpd thread each."},
    Known{"handshakes", "handshakes", "gauge", "", "", "WebSockets on which nobody has signed in yet."},
    Known{"sessions", "sessions", "gauge", "", "", "WAMP sessions."},
    Known{"subscriptions", "subscriptions", "gauge", "", "", "Subscriptions of the sessions."},
    Known{"jobs.queued", "jobs_queued", "gauge", "", "", "Jobs that wait for a worker."},
    Known{"jobs.running", "jobs_running", "gauge", "", "", "Jobs that workers do."},
    Known{"jobs.done", "jobs_done", "counter", "", "", "Jobs that workers have done."},
    Known{"jobs.failed", "jobs_failed", "counter", "", "", "Jobs that ended with an error."},
    Known{"queued_bytes", "queued_bytes", "gauge", "bytes", "", "What waits for clients that read slowly."},
    Known{"dropped_deltas", "dropped_deltas", "counter", "", "", "Changes left out for clients that read slowly."},
    Known{"worker_restarts", "worker_restarts", "counter", "", "", "Workers that ended and were started again."},
    Known{"workers.pool", "workers_pool", "gauge", "", "", "Workers of the pool."},
    Known{"workers.pool_least", "workers_pool_least", "gauge", "", "", "Workers that the pool has at least."},
    Known{"workers.pool_most", "workers_pool_most", "gauge", "", "", "Workers that the pool has at most."},
    Known{"workers.recycled", "workers_recycled", "counter", "", "",
          "Workers that were replaced for their memory or their number of jobs."},
    Known{"token_failures", "token_failures", "counter", "", "", "Sign-ins with what is no token."},
    Known{"refused.*", "refused", "counter", "", "reason", "Clients that were refused or closed for a limit."},
    Known{"handlers.*.jobs", "handler_jobs", "counter", "", "handler", "Jobs that a handler has answered."},
    Known{"handlers.*.refused", "handler_refused", "counter", "", "handler",
          "Jobs that a handler was not given, or did not answer in time."},
    Known{"handlers.*.restarts", "handler_restarts", "counter", "", "handler",
          "Processes of a handler that ended and were started again."},
    Known{"publications.*", "publications", "counter", "", "way", "Publications from outside."},
    Known{"publications_refused.*", "publications_refused", "counter", "", "way",
          "Publications from outside that were refused."},
    Known{"backends.*.requests", "backend_requests", "counter", "", "backend", "Requests to a daemon."},
    Known{"backends.*.errors", "backend_errors", "counter", "", "backend",
          "Requests that a daemon did not answer, or with an error."},
    Known{"backends.*.busy_seconds", "backend_busy_seconds", "counter", "seconds", "backend",
          "Time that a daemon took for its answers."},
};

struct Family {
  std::string type = "unknown";
  std::string unit;
  std::string help;
  std::map<std::string, std::string> values;  // by labels, as they are written
};

// A part of `text` up to the next separator, which is cut off with it.
std::string_view next_part(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

bool is_one_of(std::string_view name, std::string_view alternatives) {
  while (!alternatives.empty()) {
    if (next_part(alternatives, '|') == name) {
      return true;
    }
  }
  return false;
}

bool matches(std::string_view pattern, const std::vector<std::string>& path) {
  for (const auto& name : path) {
    const auto part = next_part(pattern, '.');
    if (part != "*" && !is_one_of(name, part)) {
      return false;
    }
  }
  return pattern.empty();
}

// The member's name that the label has as its value.
std::string_view label_value(std::string_view pattern, const Figure& figure) {
  for (const auto& name : figure.path) {
    if (next_part(pattern, '.').find_first_of("*|") != std::string_view::npos) {
      return name;
    }
  }
  return figure.value;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out.append("\\n");
      continue;
    }
    if (c == '"' || c == '\\') {
      out.push_back('\\');
    }
    out.push_back(c);
  }
  return out;
}

std::string labels(std::string_view label, std::string_view value) {
  return label.empty() ? "" : "{" + std::string(label) + "=\"" + escaped(value) + "\"}";
}

// Names joined by _, with nothing in them that a metric's name may not have.
std::string metric_name(const std::vector<std::string>& path) {
  std::string name;
  for (const auto& part : path) {
    name.append(name.empty() ? "" : "_").append(part);
  }
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

using Families = std::map<std::string, Family>;

// Daemons are told apart by a label also in figures that are not known.
void add_unknown(Families& families, const Figure& figure) {
  auto path = figure.path;
  std::string of_backend;
  if (path.size() > 2 && path[0] == "backends") {
    of_backend = labels("backend", path[1]);
    path.erase(path.begin(), path.begin() + 2);
    path.insert(path.begin(), "backend");
  }
  Family& family = families[metric_name(path)];
  if (family.help.empty()) {
    family.help = "In the status as " + metric_name(figure.path) + ".";
  }
  family.values[of_backend] = figure.value;
}

void add(Families& families, const Figure& figure) {
  const auto* known = std::find_if(kKnown.begin(), kKnown.end(),
                                   [&figure](const Known& one) { return matches(one.path, figure.path); });
  if (known != kKnown.end()) {
    families[std::string(known->family)].values[labels(known->label, label_value(known->path, figure))] =
        figure.is_number ? figure.value : "1";
  } else if (figure.is_number && figure.path != std::vector<std::string>{"pid"}) {
    add_unknown(families, figure);
  }
}

std::string_view suffix_of(const Family& family) {
  if (family.type == "counter") {
    return "_total";
  }
  return family.type == "info" ? "_info" : "";
}

void append(std::string& out, const std::string& name, const Family& family) {
  const std::string whole = std::string(kPrefix) + name;
  out.append("# TYPE ").append(whole).append(" ").append(family.type).append("\n");
  if (!family.unit.empty()) {
    out.append("# UNIT ").append(whole).append(" ").append(family.unit).append("\n");
  }
  out.append("# HELP ").append(whole).append(" ").append(family.help).append("\n");
  for (const auto& [label, value] : family.values) {
    out.append(whole).append(suffix_of(family)).append(label).append(" ").append(value).append("\n");
  }
}

}  // namespace

std::string to_metrics(const json_t* status) {
  Families families;
  for (const auto& known : kKnown) {
    families[std::string(known.family)] = {
        std::string(known.type), std::string(known.unit), std::string(known.help), {}};
  }
  for (const auto& figure : figures_of(status)) {
    add(families, figure);
  }
  std::string out;
  for (const auto& [name, family] : families) {
    append(out, name, family);
  }
  out.append("# EOF\n");
  return out;
}

}  // namespace tws::apache
