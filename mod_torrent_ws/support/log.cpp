#include "support/log.hpp"

#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdio>
#include <ctime>
#include <string>

namespace tws {

namespace {

const char* name_of(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
      return "error";
    case LogLevel::kWarning:
      return "warn";
    case LogLevel::kNotice:
      return "notice";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kTrace:
      break;
  }
  return "trace1";
}

}  // namespace

LogLevel log_level_from_name(std::string_view name) {
  for (const auto level : {LogLevel::kError, LogLevel::kNotice, LogLevel::kInfo, LogLevel::kDebug}) {
    if (name == name_of(level)) {
      return level;
    }
  }
  return LogLevel::kWarning;
}

void Log::write(LogLevel level, std::string_view code, std::string_view message) const {
  if (!enabled(level)) {
    return;
  }
  timeval now{};
  gettimeofday(&now, nullptr);
  tm local{};
  localtime_r(&now.tv_sec, &local);
  std::array<char, 160> head{};
  std::array<char, 32> date{};
  std::strftime(date.data(), date.size(), "%a %b %d %H:%M:%S", &local);
  std::snprintf(head.data(), head.size(), "[%s.%06ld %d] [torrent_ws:%s] [pid %d:tid %ld] ", date.data(),
                static_cast<long>(now.tv_usec), local.tm_year + 1900, name_of(level), getpid(), syscall(SYS_gettid));
  std::string line(head.data());
  line.append(code).append(": ");
  append_escaped(line, message);
  line.push_back('\n');
  write_line(STDERR_FILENO, line);
}

void write_line(int file, std::string_view line) {
  std::string cut;
  if (line.size() > PIPE_BUF) {
    cut.assign(line.substr(0, PIPE_BUF - 1)).push_back('\n');
    line = cut;
  }
  // A log that cannot be written to must not stop the service.
  [[maybe_unused]] const auto written = ::write(file, line.data(), line.size());
}

void append_escaped(std::string& out, std::string_view text, std::string_view also) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F && also.find(c) == std::string_view::npos) {
      out.push_back(c);
      continue;
    }
    std::array<char, 5> escape{};
    std::snprintf(escape.data(), escape.size(), "\\x%02x", byte);
    out.append(escape.data());
  }
}

}  // namespace tws
