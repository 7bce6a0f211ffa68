#include "wamp/clock.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace tws::wamp {

namespace {

constexpr std::int64_t kMillisecondsOfSecond = 1000;

}  // namespace

std::string utc_text(std::int64_t unix_ms) {
  const std::time_t seconds = unix_ms / kMillisecondsOfSecond;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text.data() + size, text.size() - size, ".%03dZ", static_cast<int>(unix_ms % kMillisecondsOfSecond));
  return text.data();
}

std::optional<std::int64_t> unix_ms_of(const std::string& text) {
  std::tm time{};
  const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &time);
  if (rest == nullptr) {
    return std::nullopt;
  }
  double fraction = 0;
  if (*rest == '.') {
    const auto [end, failure] = std::from_chars(rest, text.c_str() + text.size(), fraction, std::chars_format::fixed);
    if (failure != std::errc()) {
      return std::nullopt;
    }
    rest = end;
  }
  std::tm zone{};
  rest = strptime(rest, "%z", &zone);
  if (rest == nullptr || *rest != '\0') {
    return std::nullopt;
  }
  // A thousandth may be a little less than itself as a double.
  constexpr double kTiny = 1e-6;
  return (timegm(&time) - zone.tm_gmtoff) * kMillisecondsOfSecond +
         static_cast<std::int64_t>(fraction * kMillisecondsOfSecond + kTiny);
}

std::int64_t unix_ms_now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace tws::wamp
