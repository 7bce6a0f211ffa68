#include "websocket/utf8_check.hpp"

#include <unistr.h>

#include <cstdint>

namespace tws {

namespace {

constexpr int kIncomplete = -2;

const std::uint8_t* bytes(std::string_view text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }

// Of the character that `text` begins with: its length, -1 for none, kIncomplete.
int character(std::string_view text) {
  ucs4_t decoded = 0;
  return u8_mbtoucr(&decoded, bytes(text), text.size());
}

}  // namespace

bool Utf8Check::append(std::string_view piece) {
  while (!begun_.empty() && !piece.empty()) {
    begun_.push_back(piece.front());
    piece.remove_prefix(1);
    const int length = character(begun_);
    if (length > 0) {
      begun_.clear();
    } else if (length != kIncomplete) {
      return false;
    }
  }
  const std::uint8_t* wrong = u8_check(bytes(piece), piece.size());
  if (wrong == nullptr) {
    return true;
  }
  const auto rest = piece.substr(static_cast<std::size_t>(wrong - bytes(piece)));
  begun_ = rest;
  return character(rest) == kIncomplete;
}

bool is_utf8(std::string_view text) { return u8_check(bytes(text), text.size()) == nullptr; }

}  // namespace tws
