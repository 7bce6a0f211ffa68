// Inflater: what one client's compressed messages inflate to (permessage-deflate, RFC 7692, 7.2.2). Event-loop
// thread only. libwebsockets' own is not used: it keeps a pointer into a buffer that all connections share, and
// asserts on input whose output just fills its buffer.
#pragma once

#include <zlib.h>

#include <optional>
#include <string>
#include <string_view>

namespace tws {

class Inflater {
 public:
  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  enum class Outcome { kTaken, kTooBig, kInvalid };

  // Appends what a piece of a message inflates to, as long as `out` stays within `limit` bytes, more or less.
  // `last`: the message ends with it.
  Outcome append(std::string_view piece, bool last, std::size_t limit, std::string& out);

 private:
  Outcome inflate_into(std::string_view piece, std::size_t limit, std::string& out);

  z_stream stream_{};
  bool ready_;
};

}  // namespace tws
