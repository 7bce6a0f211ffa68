#include "websocket/frame.hpp"

#include <zlib.h>

#include <algorithm>

namespace tws {

namespace {

constexpr unsigned char kFin = 0x80;
constexpr unsigned char kCompressed = 0x40;  // RSV1, on the first fragment only
constexpr unsigned char kContinuation = 0x00;

// A length of 16 bits: enough for every fragment.
constexpr std::size_t kLongHead = 4;
constexpr std::size_t kShortPayload = 125;
constexpr unsigned char kLongLength = 126;
constexpr std::size_t kFragmentPayload = Frame::kFragment - kLongHead;

// Below this a message gains less than deflate costs.
constexpr std::size_t kWorthDeflating = 1024;
constexpr std::size_t kStoredHead = 5;  // of a stored block: its kind, its size, and that inverted
constexpr std::size_t kFlushTail = 4;   // 00 00 ff ff, cut by RFC 7692, 7.2.1
constexpr int kSmallestWindow = 9;      // of zlib: for a client with less, plain messages are as good
constexpr int kMemoryLevel = 8;
constexpr int kFastLevel = 1;

void append_head(std::string& out, unsigned char first, std::size_t size) {
  out.push_back(static_cast<char>(first));
  if (size <= kShortPayload) {
    out.push_back(static_cast<char>(size));
    return;
  }
  out.push_back(static_cast<char>(kLongLength));
  out.push_back(static_cast<char>(size >> 8));
  out.push_back(static_cast<char>(size & 0xFF));
}

std::string to_wire(unsigned char first_byte, std::string_view payload) {
  std::string out;
  out.reserve(payload.size() + kLongHead * (payload.size() / kFragmentPayload + 1));
  bool last = false;
  for (unsigned char byte = first_byte; !last; byte = kContinuation) {
    const auto part = payload.substr(0, kFragmentPayload);
    payload.remove_prefix(part.size());
    last = payload.empty();
    append_head(out, last ? kFin | byte : byte, part.size());
    out.append(part);
  }
  return out;
}

// The payload of the fragment that `wire` begins with.
std::string_view fragment_payload(std::string_view wire) {
  const bool is_long = static_cast<unsigned char>(wire[1]) == kLongLength;
  return wire.substr(0, Frame::kFragment).substr(is_long ? kLongHead : 2);
}

}  // namespace

Frame::Frame(Opcode opcode, std::string_view payload)
    : opcode_(opcode), plain_(to_wire(static_cast<unsigned char>(opcode), payload)) {}

// As one stored block of deflate (RFC 1951, 3.2.4), which ends at a byte: so the rest's stream, which refers to nothing
// before it, may follow.
Frame::Frame(Opcode opcode, std::string_view beginning, std::shared_ptr<const Frame> rest)
    : opcode_(opcode), rest_(std::move(rest)) {
  append_head(plain_, static_cast<unsigned char>(opcode), beginning.size());
  plain_.append(beginning);
  append_head(before_deflated_, kCompressed | static_cast<unsigned char>(opcode), kStoredHead + beginning.size());
  const auto size = static_cast<unsigned>(beginning.size());
  for (const unsigned part : {0U, size, size >> 8U, ~size, ~size >> 8U}) {
    before_deflated_.push_back(static_cast<char>(part & 0xFFU));
  }
  before_deflated_.append(beginning);
}

std::string_view Frame::wire(int window_bits) const {
  if (rest_) {
    return rest_->is_deflated(window_bits) ? before_deflated_ : plain_;
  }
  if (window_bits < kSmallestWindow || plain_.size() < kWorthDeflating) {
    return plain_;
  }
  auto found = std::find_if(deflated_.begin(), deflated_.end(),
                            [window_bits](const Deflated& form) { return form.window_bits == window_bits; });
  if (found == deflated_.end()) {
    found = deflated_.insert(deflated_.end(), {window_bits, deflated_wire(window_bits)});
  }
  return found->wire.empty() ? plain_ : found->wire;
}

std::string Frame::deflated_wire(int window_bits) const {
  const std::string payload = deflated_payload(window_bits);
  return payload.empty() || payload.size() >= plain_.size()
             ? std::string()
             : to_wire((opcode_ == Opcode::kContinuation ? kContinuation : kCompressed) |
                           static_cast<unsigned char>(opcode_),
                       payload);
}

std::string Frame::payload() const {
  std::string out;
  for (std::string_view rest = plain_; !rest.empty(); rest.remove_prefix(std::min(rest.size(), kFragment))) {
    out.append(fragment_payload(rest));
  }
  return out;
}

// A stream of its own for each message: it refers to nothing before it, so that it is valid for every
// client whatever it got until now. Empty when zlib fails.
std::string Frame::deflated_payload(int window_bits) const {
  z_stream stream{};
  if (deflateInit2(&stream, kFastLevel, Z_DEFLATED, -window_bits, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
    return {};
  }
  std::string out(deflateBound(&stream, plain_.size()) + kFlushTail + 2, '\0');
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  bool complete = true;
  for (std::string_view rest = plain_; complete && !rest.empty();) {
    const auto payload = fragment_payload(rest);
    rest.remove_prefix(std::min(rest.size(), kFragment));
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(payload.data()));
    stream.avail_in = static_cast<uInt>(payload.size());
    complete = deflate(&stream, rest.empty() ? Z_SYNC_FLUSH : Z_NO_FLUSH) == Z_OK && stream.avail_in == 0 &&
               stream.avail_out > 0;
  }
  out.resize(complete ? stream.total_out - kFlushTail : 0);
  deflateEnd(&stream);
  return out;
}

std::string control_frame(Opcode opcode, std::string_view payload) {
  return to_wire(static_cast<unsigned char>(opcode), payload);
}

}  // namespace tws
