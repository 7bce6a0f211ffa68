#include "websocket/inflater.hpp"

#include <array>

namespace tws {

namespace {

constexpr int kRawDeflateWindow = -15;
constexpr std::string_view kEndOfMessage{"\0\0\xff\xff", 4};  // RFC 7692, 7.2.2: the sender leaves it out
constexpr int kBetweenBlocks = 128;                           // of z_stream::data_type
constexpr std::size_t kStep = 16UL << 10;

}  // namespace

Inflater::Inflater() : ready_(inflateInit2(&stream_, kRawDeflateWindow) == Z_OK) {}
Inflater::~Inflater() { inflateEnd(&stream_); }

Inflater::Outcome Inflater::append(std::string_view piece, bool last, std::size_t limit, std::string& out) {
  Outcome outcome = inflate_into(piece, limit, out);
  if (outcome == Outcome::kTaken && last) {
    outcome = inflate_into(kEndOfMessage, limit, out);
    const bool is_whole = (stream_.data_type & kBetweenBlocks) != 0;
    return outcome == Outcome::kTaken && !is_whole ? Outcome::kInvalid : outcome;
  }
  return outcome;
}

Inflater::Outcome Inflater::inflate_into(std::string_view piece, std::size_t limit, std::string& out) {
  if (!ready_) {
    return Outcome::kInvalid;
  }
  if (piece.empty()) {
    return Outcome::kTaken;
  }
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
  stream_.avail_in = static_cast<uInt>(piece.size());
  std::array<char, kStep> buffer;
  do {
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out = buffer.size();
    const int status = inflate(&stream_, Z_SYNC_FLUSH);
    if (status == Z_STREAM_END) {
      // A final block: RFC 7692, 7.2.3.4 allows it; what follows begins anew.
      if (inflateReset(&stream_) != Z_OK) {
        return Outcome::kInvalid;
      }
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      return Outcome::kInvalid;
    }
    out.append(buffer.data(), buffer.size() - stream_.avail_out);
    if (out.size() > limit) {
      return Outcome::kTooBig;
    }
  } while (stream_.avail_in > 0 || stream_.avail_out == 0);
  return Outcome::kTaken;
}

}  // namespace tws
