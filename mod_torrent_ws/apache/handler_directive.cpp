#include "apache/handler_directive.hpp"

#include <apr_file_info.h>
#include <apr_strings.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "apache/directive_values.hpp"
#include "apache/publish_directives.hpp"
#include "wire/reserved_names.hpp"

namespace tws::apache {

namespace {

// httpd leaves out what is beyond (AP_MAX_ARGC of server/config.c).
constexpr int kMostArguments = 64;
constexpr int kMostProcesses = 16;
constexpr std::size_t kMostJobs = 100'000;
constexpr std::int64_t kShortestMs = 100;
constexpr std::int64_t kLongestMs = 600'000;

bool is_program(const cmd_parms* cmd, const char* path) {
  apr_finfo_t info;
  return *path == '/' && apr_stat(&info, path, APR_FINFO_TYPE, cmd->temp_pool) == APR_SUCCESS &&
         info.filetype == APR_REG && access(path, X_OK) == 0;
}

bool is_endpoint(std::string_view text) { return text.starts_with("tcp://") || text.starts_with("ipc://"); }

// In the notation of a shell, without its expansions.
const char* set_command(const cmd_parms* cmd, const char* argument, HandlerConfiguration& handler) {
  char** words = nullptr;
  if (apr_tokenize_to_argv(argument, &words, cmd->temp_pool) != APR_SUCCESS || words[0] == nullptr) {
    return complain(cmd, "no command; give a program and its arguments, such as \"/usr/bin/php /srv/app/chat.php\"");
  }
  if (!is_program(cmd, words[0])) {
    return complain(
        cmd, "no program \"" + std::string(words[0]) + "\" to be executed; give its absolute path, and chmod +x it");
  }
  for (; *words != nullptr; ++words) {
    handler.command.emplace_back(*words);
  }
  return nullptr;
}

const char* add_pattern(const cmd_parms* cmd, const char* argument, HandlerConfiguration& handler) {
  UriPattern pattern;
  if (const char* problem = set_pattern(cmd, argument, pattern)) {
    return problem;
  }
  if (has_only_reserved(pattern)) {
    return complain(cmd, "\"" + std::string(argument) + "\" is the server's own; name others");
  }
  handler.patterns.push_back(std::move(pattern));
  return nullptr;
}

const char* set_option(const cmd_parms* cmd, std::string_view option, HandlerConfiguration& handler) {
  const auto name = option.substr(0, option.find('='));
  const std::string value(option.substr(name.size() + 1));
  if (name == "workers" && handler.address.empty()) {
    return number(cmd, value.c_str(), 1, kMostProcesses, handler.workers);
  }
  if (name == "timeout") {
    return duration(cmd, value.c_str(), kShortestMs, kLongestMs, handler.timeout_ms);
  }
  if (name == "queue") {
    return number(cmd, value.c_str(), std::size_t{1}, kMostJobs, handler.queue);
  }
  return complain(
      cmd, "unknown option \"" + std::string(option) + "\"; known are workers= (of a command), timeout= and queue=");
}

}  // namespace

const char* add_handler(cmd_parms* cmd, void* /*directory*/, int argc, char* const argv[]) {
  Configuration* configuration = nullptr;
  if (const char* misplaced = server_wide(cmd, configuration)) {
    return misplaced;
  }
  if (argc < 3) {
    return complain(cmd,
                    "needs a name, a command and URI patterns, such as: TorrentWsHandler chat \"/usr/bin/php "
                    "/srv/app/chat.php\" com.example.chat.*");
  }
  if (argc == kMostArguments) {
    return complain(cmd, std::to_string(argc) + " arguments or more; name several URIs with one pattern");
  }
  HandlerConfiguration handler;
  handler.name = argv[0];
  if (!is_name(handler.name)) {
    return complain(cmd, "the name \"" + handler.name + "\" must be 1 to 32 letters, digits, - or _");
  }
  const char* problem =
      is_endpoint(argv[1]) ? set_zmq_endpoint(cmd, argv[1], handler.address) : set_command(cmd, argv[1], handler);
  for (int i = 2; i < argc && problem == nullptr; ++i) {
    const bool is_option = std::string_view(argv[i]).find('=') != std::string_view::npos;
    problem = is_option ? set_option(cmd, argv[i], handler) : add_pattern(cmd, argv[i], handler);
  }
  if (problem != nullptr) {
    return problem;
  }
  if (handler.patterns.empty()) {
    return complain(cmd, "no URI pattern; name the topics and procedures, such as com.example.chat.*");
  }
  const auto has_name = [&handler](const HandlerConfiguration& other) { return other.name == handler.name; };
  if (std::any_of(configuration->handlers.begin(), configuration->handlers.end(), has_name)) {
    return complain(cmd, "the name \"" + handler.name + "\" is taken; give each handler its own");
  }
  if (configuration->handlers.size() == kMaxHandlers) {
    return complain(cmd, "more than " + std::to_string(kMaxHandlers) + " handlers; leave some out");
  }
  configuration->handlers.push_back(std::move(handler));
  return nullptr;
}

}  // namespace tws::apache
