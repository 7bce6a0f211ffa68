// torrent-wsctl: what an administrator asks of the torrent-ws that runs (docs/torrent-wsctl.8).
#include <getopt.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "ctl/admin_connection.hpp"
#include "ctl/report.hpp"

namespace tws {

namespace {

constexpr const char* kDefaultSocket = TWS_RUNTIME_DIRECTORY "/torrent-ws.ctl";
constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr int kDrainSeconds = 10;

constexpr const char* kHelp = R"(usage: torrent-wsctl [--json] [--socket PATH] COMMAND

  status             figures of the torrent-ws that runs
  sessions           its WAMP sessions, a line each
  kick session ID    ends this session
  kick user ID       ends all sessions of this user
  drain [SECONDS]    closes all who are connected, evenly over so long (10); new ones are served
  watch TOPIC        the events of a topic of the server's, such as torrents, a line of JSON each

  -j, --json         prints JSON instead of tab-separated text
  -s, --socket PATH  what TorrentWsControlSocket says; default )";

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) < text.size() || std::fflush(stdout) != 0) {
    throw std::system_error(errno, std::generic_category(), "the output cannot be written");
  }
}

int usage(const std::string& problem) {
  std::fprintf(stderr, "torrent-wsctl: %s\nTry torrent-wsctl --help.\n", problem.c_str());
  return kUsage;
}

template <typename Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size() || number < 0) {
    return std::nullopt;
  }
  return number;
}

// What the command line asks for; `request` is null where it asks for nothing that there is.
struct Task {
  std::string command;
  Json request;
};

Result<Task> task_of(std::span<char* const> words) {
  if (words.empty()) {
    return Error{"no command", {}};
  }
  const std::string command = words[0];
  const auto takes = [&words](std::size_t count) { return words.size() == count + 1; };
  if ((command == "status" || command == "sessions") && takes(0)) {
    return Task{command, Json(json_pack("{ss}", "command", command.c_str()))};
  }
  if (command == "kick" && takes(2)) {
    const std::string_view whom = words[1];
    const auto id = whole_number<json_int_t>(words[2]);
    if (whom == "session" && !id) {
      return Error{"a session's id is a number, as the command sessions shows it", {}};
    }
    if (whom == "session") {
      return Task{command, Json(json_pack("{ss sI}", "command", "kick", "session", *id))};
    }
    if (whom == "user") {
      return Task{command, Json(json_pack("{ss ss}", "command", "kick", "user", words[2]))};
    }
  }
  if (command == "drain" && (takes(0) || takes(1))) {
    const auto seconds = takes(0) ? kDrainSeconds : whole_number<int>(words[1]);
    if (!seconds) {
      return Error{"drain takes a whole number of seconds", {}};
    }
    return Task{command, Json(json_pack("{ss si}", "command", "drain", "seconds", *seconds))};
  }
  if (command == "watch" && takes(1)) {
    return Task{command, Json(json_pack("{ss ss}", "command", "watch", "topic", words[1]))};
  }
  for (const char* known : {"status", "sessions", "kick", "drain", "watch"}) {
    if (command == known) {
      return Error{command + " is given too little or too much", {}};
    }
  }
  return Error{"no command " + command, {}};
}

// All pages of the list as one.
Status print_sessions(AdminConnection& torrent_ws, const Json& first, bool as_json) {
  const Json sessions(json_array());
  Json page = first;
  for (;;) {
    json_array_extend(sessions.get(), json_object_get(page.get(), "sessions"));
    if (!bool_member(page.get(), "more")) {
      break;
    }
    auto next = torrent_ws.next_answer();
    if (!next) {
      return next.error();
    }
    page = std::move(*next);
  }
  print(as_json ? to_line(sessions.get()) : to_table(sessions.get()));
  return Done{};
}

// An EVENT of WAMP: [36, subscription, publication, details, args, kwargs].
std::string event_line(const json_t* event) {
  constexpr std::size_t kArguments = 4;
  const Json empty_list(json_array());
  const Json empty_object(json_object());
  json_t* args = json_array_get(event, kArguments);
  json_t* kwargs = json_array_get(event, kArguments + 1);
  const Json line(json_pack("{sO sO}", "args", args != nullptr ? args : empty_list.get(), "kwargs",
                            kwargs != nullptr ? kwargs : empty_object.get()));
  return to_line(line.get());
}

// Goes on until torrent-ws ends it, or nobody reads any more.
Error print_events(AdminConnection& torrent_ws) {
  for (;;) {
    const auto event = torrent_ws.next_event();
    if (!event) {
      return event.error();
    }
    print(event_line(event->get()));
  }
}

Status run(const Task& task, const std::string& socket, bool as_json) {
  auto torrent_ws = AdminConnection::open(socket);
  if (!torrent_ws) {
    return torrent_ws.error();
  }
  const auto answer = torrent_ws->ask(task.request.get());
  if (!answer) {
    return answer.error();
  }
  if (task.command == "sessions") {
    return print_sessions(*torrent_ws, *answer, as_json);
  }
  if (task.command == "watch") {
    return print_events(*torrent_ws);
  }
  print(as_json ? to_line(answer->get()) : to_rows(answer->get()));
  return Done{};
}

int main_of(int argc, char** argv) {
  static const std::array<option, 5> options = {{{"json", no_argument, nullptr, 'j'},
                                                 {"socket", required_argument, nullptr, 's'},
                                                 {"help", no_argument, nullptr, 'h'},
                                                 {"version", no_argument, nullptr, 'V'},
                                                 {nullptr, 0, nullptr, 0}}};
  std::string socket = kDefaultSocket;
  bool as_json = false;
  // There is one thread. NOLINTNEXTLINE(concurrency-mt-unsafe)
  for (int option = 0; (option = getopt_long(argc, argv, "js:hV", options.data(), nullptr)) != -1;) {
    switch (option) {
      case 'j':
        as_json = true;
        break;
      case 's':
        socket = optarg;
        break;
      case 'h':
        print(std::string(kHelp) + kDefaultSocket + "\n");
        return EXIT_SUCCESS;
      case 'V':
        print("torrent-wsctl " TWS_VERSION "\n");
        return EXIT_SUCCESS;
      default:
        return usage("unknown option, or one without its value");
    }
  }
  const auto task = task_of({argv + optind, static_cast<std::size_t>(argc - optind)});
  if (!task) {
    return usage(task.error().message);
  }
  if (!task->request) {
    return usage("an argument is not UTF-8");
  }
  const auto done = run(*task, socket, as_json);
  if (!done) {
    std::fprintf(stderr, "torrent-wsctl: %s\n", done.error().message.c_str());
    return kFailed;
  }
  return EXIT_SUCCESS;
}

}  // namespace

}  // namespace tws

int main(int argc, char** argv) {
  try {
    return tws::main_of(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "torrent-wsctl: %s\n", error.what());
    return tws::kFailed;
  }
}
