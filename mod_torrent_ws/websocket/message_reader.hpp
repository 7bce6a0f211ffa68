// MessageReader: from the bytes that a client sends to messages and control frames (RFC 6455, 5 and 7; RFC 7692).
// The library wslay reads frames; what a sequence of them means, and what may not be, stands here. Whatever the
// RFC forbids ends the reading with the close code for it. Event-loop thread only.
#pragma once

#include <wslay/wslay.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "websocket/inflater.hpp"
#include "websocket/transport.hpp"
#include "websocket/utf8_check.hpp"

namespace tws {

// What is told of a client's bytes, in their order. Views hold until the call returns.
class MessageSink {
 public:
  virtual ~MessageSink() = default;
  virtual void on_message(std::string_view message, bool binary) = 0;
  virtual void on_ping(std::string_view payload) = 0;
  virtual void on_pong(std::string_view payload) = 0;
  // Its close frame; kNone: without a code. Nothing comes behind it.
  virtual void on_close(CloseCode code) = 0;
  // The connection has failed (RFC 6455, 7.1.7) and is to be closed with this code. Nothing comes behind it.
  virtual void on_failure(CloseCode code, std::string_view why) = 0;
};

class MessageReader {
 public:
  // The sink outlives the reader. `deflate`: permessage-deflate was negotiated.
  MessageReader(MessageSink& sink, bool deflate) : sink_(sink), deflate_(deflate) {}

  // Reads all of `bytes`. A message larger than `limit` bytes is a failure, also when it only inflates to that.
  void read(std::string_view bytes, std::size_t limit);

 private:
  using Context = std::unique_ptr<wslay_frame_context, decltype(&wslay_frame_context_free)>;

  static ssize_t give_bytes(std::uint8_t* buffer, std::size_t size, int flags, void* reader);
  bool make_context();
  // These are false when the reading has ended.
  bool take(const wslay_frame_iocb& part);
  bool begin_frame(const wslay_frame_iocb& frame);
  bool take_control(const wslay_frame_iocb& part);
  bool take_close();
  bool take_data(const wslay_frame_iocb& part);
  bool append(std::string_view part, bool last);
  bool fail(CloseCode code, std::string_view why);

  MessageSink& sink_;
  bool deflate_;
  bool ended_ = false;
  std::size_t limit_ = 0;
  std::string_view bytes_;  // still to be read
  // Only while a frame is under way, so that an idle client costs none.
  Context context_{nullptr, wslay_frame_context_free};
  std::uint64_t unfinished_ = 0;   // bytes in context_ that belong to a frame which is not complete
  std::uint64_t frame_taken_ = 0;  // of the payload of the present frame
  bool in_frame_ = false;

  bool in_message_ = false;  // a data frame has come, and its last fragment has not
  bool binary_ = false;
  bool compressed_ = false;
  std::string message_;
  std::string control_;
  Utf8Check utf8_;
  std::unique_ptr<Inflater> inflater_;
};

}  // namespace tws
