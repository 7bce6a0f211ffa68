// Log: lines in the site's ErrorLog for the processes that httpd's own logging does not reach.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

namespace tws {

// The numbers are httpd's (http_log.h, APLOG_*), so that LogLevel passes through unchanged.
enum class LogLevel { kError = 3, kWarning = 4, kNotice = 5, kInfo = 6, kDebug = 7, kTrace = 8 };

LogLevel log_level_from_name(std::string_view name);

// Writes to descriptor 2, which the supervisor has set to the site's ErrorLog, in httpd's default
// ErrorLogFormat, one write() for each line. Any thread may log; set_level may be called by any thread.
class Log {
 public:
  void set_level(int level) { level_ = level; }
  [[nodiscard]] bool enabled(LogLevel level) const { return static_cast<int>(level) <= level_; }

  // `code` is one of docs/errors.md; `message` says the cause and the remedy, never a secret.
  // Control characters in `message` are escaped, so that a client's text cannot forge a line.
  void write(LogLevel level, std::string_view code, std::string_view message) const;

 private:
  std::atomic<int> level_ = static_cast<int>(LogLevel::kNotice);
};

// Writes a line that ends with its line feed, in one piece: a longer one than a pipe takes so is cut. The logs
// that httpd gives to torrent-ws do not block; when a piped log's reader is too far behind, lines are left out.
// Any thread.
void write_line(int file, std::string_view line);

// Appends `text` with control characters, and those of `also`, as \xHH.
void append_escaped(std::string& out, std::string_view text, std::string_view also = {});

}  // namespace tws
