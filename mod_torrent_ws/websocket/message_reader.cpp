#include "websocket/message_reader.hpp"

#include <algorithm>
#include <utility>

namespace tws {

namespace {

std::string_view payload_of(const wslay_frame_iocb& part) {
  return {reinterpret_cast<const char*>(part.data), part.data_length};
}

// Of a client's frame on the wire. wslay takes lengths in their shortest form only, and begin_frame() no
// unmasked frame.
std::uint64_t wire_size(std::uint64_t payload) {
  constexpr std::uint64_t kHead = 2;
  constexpr std::uint64_t kMask = 4;
  constexpr std::uint64_t kLongestShort = 125;
  constexpr std::uint64_t kLongest16Bits = 0xFFFF;
  const std::uint64_t length = payload <= kLongestShort ? 0 : (payload <= kLongest16Bits ? 2 : 8);
  return kHead + length + kMask + payload;
}

bool is_control(unsigned opcode) { return wslay_is_ctrl_frame(opcode) != 0; }

// RFC 6455, 7.4, with what IANA has registered since: 1012 to 1014.
bool may_be_sent(unsigned code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

}  // namespace

void MessageReader::read(std::string_view bytes, std::size_t limit) {
  bytes_ = bytes;
  limit_ = limit;
  while (!ended_) {
    if (!context_ && (bytes_.empty() || !make_context())) {
      return;
    }
    wslay_frame_iocb part{};
    const ssize_t size = wslay_frame_recv(context_.get(), &part);
    if (size == WSLAY_ERR_WANT_READ) {
      break;
    }
    ended_ = size < 0 ? !fail(CloseCode::kProtocolError, "a malformed frame") : !take(part);
  }
  if (unfinished_ == 0 || ended_) {
    context_.reset();
    unfinished_ = 0;
  }
}

ssize_t MessageReader::give_bytes(std::uint8_t* buffer, std::size_t size, int /*flags*/, void* reader) {
  auto& self = *static_cast<MessageReader*>(reader);
  const std::string_view given = self.bytes_.substr(0, size);
  std::copy(given.begin(), given.end(), buffer);
  self.bytes_.remove_prefix(given.size());
  self.unfinished_ += given.size();
  return given.empty() ? -1 : static_cast<ssize_t>(given.size());
}

bool MessageReader::make_context() {
  static constexpr wslay_frame_callbacks kCallbacks = {nullptr, give_bytes, nullptr};
  wslay_frame_context_ptr context = nullptr;
  if (wslay_frame_context_init(&context, &kCallbacks, this) != 0) {
    ended_ = !fail(CloseCode::kTryAgainLater, "no memory");
    return false;
  }
  context_.reset(context);
  return true;
}

bool MessageReader::take(const wslay_frame_iocb& part) {
  if (!in_frame_) {
    if (!begin_frame(part)) {
      return false;
    }
    in_frame_ = true;
    frame_taken_ = 0;
  }
  frame_taken_ += part.data_length;
  if (frame_taken_ == part.payload_length) {
    in_frame_ = false;
    unfinished_ -= wire_size(part.payload_length);
  }
  return is_control(part.opcode) ? take_control(part) : take_data(part);
}

bool MessageReader::begin_frame(const wslay_frame_iocb& frame) {
  const bool compressed = wslay_get_rsv1(frame.rsv) != 0;
  const bool begins = frame.opcode == WSLAY_TEXT_FRAME || frame.opcode == WSLAY_BINARY_FRAME;
  if (frame.mask == 0) {
    return fail(CloseCode::kProtocolError, "a frame that is not masked");
  }
  if ((frame.rsv & ~WSLAY_RSV1_BIT) != 0 || (compressed && (!deflate_ || !begins))) {
    return fail(CloseCode::kProtocolError, "a reserved bit is set");
  }
  if (is_control(frame.opcode)) {
    control_.clear();
    return frame.opcode <= WSLAY_PONG || fail(CloseCode::kProtocolError, "an unknown opcode");
  }
  if (begins == in_message_ || (!begins && frame.opcode != WSLAY_CONTINUATION_FRAME)) {
    return fail(CloseCode::kProtocolError, "a fragment out of order, or an unknown opcode");
  }
  if (begins) {
    in_message_ = true;
    binary_ = frame.opcode == WSLAY_BINARY_FRAME;
    compressed_ = compressed;
  }
  if (!compressed_ && frame.payload_length > limit_ - std::min(limit_, message_.size())) {
    return fail(CloseCode::kMessageTooBig, "message too big");
  }
  return true;
}

bool MessageReader::take_control(const wslay_frame_iocb& part) {
  control_.append(payload_of(part));
  if (in_frame_) {
    return true;
  }
  switch (part.opcode) {
    case WSLAY_PING:
      sink_.on_ping(control_);
      return true;
    case WSLAY_PONG:
      sink_.on_pong(control_);
      return true;
    default:
      return take_close();
  }
}

bool MessageReader::take_close() {
  if (control_.empty()) {
    sink_.on_close(CloseCode::kNone);
    return false;
  }
  const auto byte = [this](std::size_t at) { return static_cast<unsigned>(static_cast<unsigned char>(control_[at])); };
  const unsigned code = control_.size() < 2 ? 0 : byte(0) << 8 | byte(1);
  if (!may_be_sent(code)) {
    return fail(CloseCode::kProtocolError, "a close frame with a code that may not be sent");
  }
  if (!is_utf8(std::string_view(control_).substr(2))) {
    return fail(CloseCode::kInvalidPayload, "a reason that is not UTF-8");
  }
  sink_.on_close(static_cast<CloseCode>(code));
  return false;
}

bool MessageReader::take_data(const wslay_frame_iocb& part) {
  const bool last = !in_frame_ && part.fin != 0;
  const std::string_view payload = payload_of(part);
  // A message that has come whole is looked at where it lies.
  const bool whole = last && !compressed_ && message_.empty();
  if (!whole && !append(payload, last)) {
    return false;
  }
  if (whole && !binary_ && !utf8_.append(payload)) {
    return fail(CloseCode::kInvalidPayload, "text that is not UTF-8");
  }
  if (!last) {
    return true;
  }
  if (!utf8_.is_complete()) {
    return fail(CloseCode::kInvalidPayload, "text that is not UTF-8");
  }
  in_message_ = false;
  inflater_.reset();
  // Moved out first, so that a large message does not stay in memory.
  const std::string message = std::exchange(message_, {});
  sink_.on_message(whole ? payload : message, binary_);
  return true;
}

// To the message, what a part of its payload stands for.
bool MessageReader::append(std::string_view part, bool last) {
  const std::size_t before = message_.size();
  if (!compressed_) {
    message_.append(part);
  } else {
    if (!inflater_) {
      inflater_ = std::make_unique<Inflater>();
    }
    switch (inflater_->append(part, last, limit_, message_)) {
      case Inflater::Outcome::kInvalid:
        return fail(CloseCode::kInvalidPayload, "not deflated");
      case Inflater::Outcome::kTooBig:
        return fail(CloseCode::kMessageTooBig, "message too big");
      case Inflater::Outcome::kTaken:
        break;
    }
  }
  return binary_ || utf8_.append(std::string_view(message_).substr(before)) ||
         fail(CloseCode::kInvalidPayload, "text that is not UTF-8");
}

bool MessageReader::fail(CloseCode code, std::string_view why) {
  message_ = {};
  inflater_.reset();
  sink_.on_failure(code, why);
  return false;
}

}  // namespace tws
