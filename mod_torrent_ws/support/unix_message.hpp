// One message with descriptors over a Unix SOCK_SEQPACKET socket.
#pragma once

#include <string>
#include <string_view>

#include "support/fd.hpp"
#include "support/result.hpp"

namespace tws {

// Sends `bytes` as one message, with `fd` attached unless it is negative; the caller keeps `fd`.
// Never blocks longer than `timeout_ms`. Any thread or process.
Status send_message(int socket, std::string_view bytes, int fd, int timeout_ms);

struct ReceivedMessage {
  std::string bytes;
  Fd fd;  // empty when none was attached
};

enum class ReceiveOutcome { kMessage, kNothingYet, kClosed };

// Takes one message off a socket without blocking. The descriptor arrives close-on-exec.
// A message longer than `max_size` is a protocol error and is dropped: kMessage with empty bytes.
ReceiveOutcome receive_message(int socket, std::size_t max_size, ReceivedMessage& message);

}  // namespace tws
