// Frames of the worker protocol (docs/worker-protocol.md): a JSON header and an opaque body.
// Used by the event loop and by workers; no thread affinity of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "support/json.hpp"
#include "support/result.hpp"

namespace tws {

inline constexpr int kWorkerProtocolVersion = 1;
inline constexpr std::size_t kMaxJobHeader = 64UL << 10;
inline constexpr std::size_t kMaxJobBody = 256UL << 20;

struct JobFrame {
  Json header;       // always an object with a string member "type"
  std::string body;  // never looked into by the loop
};

// Appends one frame to `out`. `header` is an object with a member "type".
void append_job_frame(std::string& out, const json_t* header, std::string_view body = {});

// Cuts a byte stream into frames. Feed what was read, then take frames until none is complete.
class JobFrameReader {
 public:
  void feed(std::string_view bytes) { buffer_.append(bytes); }

  // Gives true and fills `frame` when one is complete, false when more bytes are needed, and an
  // error when the peer broke the protocol: the connection is then of no more use.
  Result<bool> next(JobFrame& frame);

 private:
  std::string buffer_;
  std::size_t consumed_ = 0;
};

}  // namespace tws
