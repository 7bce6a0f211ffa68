// FirstLine: the first line of a file that holds a secret. Wiped from memory when it goes. Any thread or process.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace tws {

class FirstLine {
 public:
  // More than any secret; what is longer is cut off.
  static constexpr std::size_t kMaxBytes = 1024;

  // From the start of an open file; empty when it cannot be read.
  explicit FirstLine(int file);
  ~FirstLine();
  FirstLine(const FirstLine&) = delete;
  FirstLine& operator=(const FirstLine&) = delete;

  // Without its line feed.
  [[nodiscard]] std::string_view text() const { return {buffer_.data(), size_}; }

 private:
  std::array<char, kMaxBytes> buffer_{};
  std::size_t size_ = 0;
};

}  // namespace tws
