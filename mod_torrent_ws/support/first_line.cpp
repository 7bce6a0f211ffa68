#include "support/first_line.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace tws {

FirstLine::FirstLine(int file) {
  const ssize_t size = pread(file, buffer_.data(), buffer_.size(), 0);
  const std::string_view read(buffer_.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  size_ = std::min(read.find_first_of("\r\n"), read.size());
}

FirstLine::~FirstLine() { explicit_bzero(buffer_.data(), buffer_.size()); }

}  // namespace tws
