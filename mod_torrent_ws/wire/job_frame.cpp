#include "wire/job_frame.hpp"

namespace tws {

namespace {

constexpr std::size_t kPrefix = 8;

void append_u32(std::string& out, std::size_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((value >> shift) & 0xFF));
  }
}

std::size_t read_u32(const char* at) {
  std::size_t value = 0;
  for (int i = 0; i < 4; ++i) {
    value = value << 8 | static_cast<unsigned char>(at[i]);
  }
  return value;
}

}  // namespace

void append_job_frame(std::string& out, const json_t* header, std::string_view body) {
  const std::string text = to_text(header);
  append_u32(out, text.size());
  append_u32(out, body.size());
  out.append(text).append(body);
}

Result<bool> JobFrameReader::next(JobFrame& frame) {
  const std::size_t have = buffer_.size() - consumed_;
  if (have < kPrefix) {
    return false;
  }
  const char* at = buffer_.data() + consumed_;
  const std::size_t header_size = read_u32(at);
  const std::size_t body_size = read_u32(at + 4);
  if (header_size > kMaxJobHeader || body_size > kMaxJobBody) {
    return Error{"frame larger than the worker protocol allows", {}};
  }
  if (have < kPrefix + header_size + body_size) {
    return false;
  }
  auto header = parse_json({at + kPrefix, header_size});
  if (!header) {
    return header.error();
  }
  if (!string_member(header->get(), "type")) {
    return Error{"frame header without a type", {}};
  }
  frame.header = std::move(*header);
  frame.body.assign(at + kPrefix + header_size, body_size);
  consumed_ += kPrefix + header_size + body_size;
  // Moved to the front once per batch, not once per frame.
  if (consumed_ == buffer_.size() || consumed_ > buffer_.size() / 2) {
    buffer_.erase(0, consumed_);
    consumed_ = 0;
  }
  return true;
}

}  // namespace tws
