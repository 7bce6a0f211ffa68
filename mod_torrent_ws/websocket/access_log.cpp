#include "websocket/access_log.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <string>

#include "support/log.hpp"

namespace tws {

namespace {

// Would end a field.
constexpr std::string_view kSeparators = " \"";

std::string_view or_dash(std::string_view text) { return text.empty() ? "-" : text; }

// As httpd's %t.
std::string time_now() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::array<char, 40> text{};
  std::strftime(text.data(), text.size(), "[%d/%b/%Y:%H:%M:%S %z]", &local);
  return text.data();
}

}  // namespace

void AccessLog::write(const ClosedConnection& connection) const {
  if (!file_) {
    return;
  }
  std::string line;
  line.append(connection.site).append(" ").append(connection.address).append(" - ");
  append_escaped(line, or_dash(connection.user), kSeparators);
  line.append(" ").append(time_now()).append(" \"GET ");
  append_escaped(line, connection.path, kSeparators);
  std::array<char, 96> figures{};
  std::snprintf(figures.data(), figures.size(), " WebSocket\" %d %llu %llu %.3f\n", connection.code,
                static_cast<unsigned long long>(connection.received), static_cast<unsigned long long>(connection.sent),
                std::chrono::duration<double>(connection.duration).count());
  line.append(figures.data());
  write_line(file_.get(), line);
}

}  // namespace tws
