// One message with descriptors over a Unix SOCK_SEQPACKET socket.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/fd.hpp"
#include "support/result.hpp"

namespace tws {

// Descriptors of one message at most: two logs, two listening sockets, a file for each of 64 daemons and 32 keys, and
// two for CURVE.
inline constexpr std::size_t kMaxDescriptors = 102;

// Sends `bytes` as one message with `descriptors` attached; the caller keeps them.
// Never blocks longer than `timeout_ms`. Any thread or process.
Status send_message(int socket, std::string_view bytes, const std::vector<int>& descriptors, int timeout_ms);

// Whether the socket becomes ready within the time. Signals do not cut it short: prefork has its own come to
// the thread that serves. Any thread or process.
bool wait_for(int socket, short events, int timeout_ms);

struct ReceivedMessage {
  std::string bytes;
  std::vector<Fd> descriptors;
  // There were more, for which this process or the system had none left.
  bool descriptors_lost = false;
  // Whom the kernel says that it is from, where the receiving socket has SO_PASSCRED; else nobody's.
  pid_t sender = 0;
  uid_t sender_user = static_cast<uid_t>(-1);
};

enum class ReceiveOutcome { kMessage, kNothingYet, kClosed };

// Takes one message off a socket without blocking. Descriptors arrive close-on-exec.
// A message longer than `max_size` is a protocol error and is dropped: kMessage with empty bytes.
ReceiveOutcome receive_message(int socket, std::size_t max_size, ReceivedMessage& message);

}  // namespace tws
