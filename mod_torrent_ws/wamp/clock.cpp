#include "wamp/clock.hpp"

#include <array>
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

std::int64_t unix_ms_now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace tws::wamp
