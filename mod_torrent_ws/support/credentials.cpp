#include "support/credentials.hpp"

#include <unistd.h>

#include <array>
#include <cstring>
#include <string_view>
#include <utility>

namespace tws {

namespace {

// More than any user and password.
using Buffer = std::array<char, 1024>;

std::pair<std::string_view, std::string_view> read_line(int file, Buffer& buffer) {
  const ssize_t size = pread(file, buffer.data(), buffer.size(), 0);
  std::string_view line(buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  line = line.substr(0, line.find_first_of("\r\n"));
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) {
    return {};
  }
  return {line.substr(0, colon), line.substr(colon + 1)};
}

}  // namespace

Credentials read_credentials(int file) {
  Buffer buffer{};
  const auto [user, password] = read_line(file, buffer);
  return {std::string(user), std::string(password)};
}

bool has_credentials(int file) {
  Buffer buffer{};
  const bool has = !read_line(file, buffer).first.empty();
  explicit_bzero(buffer.data(), buffer.size());
  return has;
}

}  // namespace tws
