// Utf8Check: whether text that comes in pieces is UTF-8 (RFC 3629), told at the first byte that cannot be
// (RFC 6455, 8.1). Any thread, one at a time.
#pragma once

#include <string>
#include <string_view>

namespace tws {

class Utf8Check {
 public:
  // False when the text is not UTF-8, whatever follows.
  bool append(std::string_view piece);
  // The text may end here: no character has only begun.
  [[nodiscard]] bool is_complete() const { return begun_.empty(); }

 private:
  std::string begun_;  // the bytes of a character whose others are still to come
};

// Of text that is there as a whole.
bool is_utf8(std::string_view text);

}  // namespace tws
