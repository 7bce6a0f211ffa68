#include "loop/frame.hpp"

#include <zlib.h>

namespace tws {

namespace {

constexpr unsigned char kFin = 0x80;
constexpr unsigned char kCompressed = 0x40;  // RSV1

// Below this a delta gains less than deflate costs.
constexpr std::size_t kWorthDeflating = 1024;
constexpr std::size_t kFlushTail = 4;  // 00 00 ff ff, cut by RFC 7692, 7.2.1
constexpr int kRawDeflateWindow = -15;
constexpr int kMemoryLevel = 8;
constexpr int kFastLevel = 1;

std::string make_head(unsigned char first, std::size_t size) {
  std::string head(1, static_cast<char>(first));
  int width = 0;
  if (size < 126) {
    head.push_back(static_cast<char>(size));
  } else if (size <= 0xFFFF) {
    head.push_back(126);
    width = 2;
  } else {
    head.push_back(127);
    width = 8;
  }
  for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
    head.push_back(static_cast<char>((size >> shift) & 0xFF));
  }
  return head;
}

// A stream of its own for each message: it refers to nothing before it, so that it is valid for every
// client whatever it got until now. Empty when zlib fails.
std::string deflate_message(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, kFastLevel, Z_DEFLATED, kRawDeflateWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
    return {};
  }
  std::string out(deflateBound(&stream, text.size()) + kFlushTail + 2, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool complete = deflate(&stream, Z_SYNC_FLUSH) == Z_OK && stream.avail_in == 0 && stream.avail_out > 0;
  out.resize(complete ? stream.total_out - kFlushTail : 0);
  out.shrink_to_fit();
  deflateEnd(&stream);
  return out;
}

}  // namespace

Frame::Frame(Opcode opcode, std::string payload)
    : opcode_(opcode),
      plain_{make_head(kFin | static_cast<unsigned char>(opcode), payload.size()), std::move(payload)} {}

Frame::Bytes Frame::bytes(bool deflate) const {
  if (deflate && !deflate_tried_) {
    deflate_tried_ = true;
    if (plain_.payload.size() >= kWorthDeflating) {
      std::string payload = deflate_message(plain_.payload);
      if (!payload.empty() && payload.size() < plain_.payload.size()) {
        auto head = make_head(kFin | kCompressed | static_cast<unsigned char>(opcode_), payload.size());
        deflated_ = Form{std::move(head), std::move(payload)};
      }
    }
  }
  const Form& form = deflate && deflated_ ? *deflated_ : plain_;
  return {form.head, form.payload};
}

}  // namespace tws
