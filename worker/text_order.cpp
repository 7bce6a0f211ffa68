#include "worker/text_order.hpp"

#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace tws::worker {

namespace {

// ASCII's marks in the order of Unicode's root collation (CLDR).
constexpr std::string_view kMarks = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";
constexpr char kNumber = '0';  // begins a number: behind the keys of marks, before letters
static_assert(kMarks.size() < static_cast<std::size_t>(kNumber));

std::string fold(std::string_view text, uninorm_t form) {
  std::size_t length = 0;
  const std::unique_ptr<std::uint8_t, decltype(&std::free)> folded(
      u8_casefold(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), nullptr, form, nullptr, &length),
      std::free);
  return folded ? std::string(reinterpret_cast<const char*>(folded.get()), length) : std::string(text);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The number that `text` begins with, by its value: first how many digits it has. Takes it off `text`.
std::string number_key(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  const auto first = std::find_if(text.begin(), end, [](char c) { return c != '0'; });
  constexpr std::ptrdiff_t kMaxLength = 255;
  std::string key{kNumber, static_cast<char>(std::min(end - first, kMaxLength))};
  key.append(first, end);
  text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
  return key;
}

}  // namespace

std::string fold_case(std::string_view text) { return fold(text, UNINORM_NFKC); }

std::string order_key(std::string_view text) {
  const std::string folded = fold(text, UNINORM_NFKD);
  std::string key;
  for (std::string_view rest = folded; !rest.empty();) {
    if (is_digit(rest.front())) {
      key += number_key(rest);
      continue;
    }
    ucs4_t character = 0;
    const int length = u8_mbtouc(&character, reinterpret_cast<const std::uint8_t*>(rest.data()), rest.size());
    const auto bytes = rest.substr(0, static_cast<std::size_t>(length));
    rest.remove_prefix(bytes.size());
    if (const auto mark = kMarks.find(bytes); mark != std::string_view::npos) {
      key += static_cast<char>(mark + 1);
    } else if (uc_combining_class(character) == 0) {
      key += bytes;
    }
  }
  return key;
}

}  // namespace tws::worker
