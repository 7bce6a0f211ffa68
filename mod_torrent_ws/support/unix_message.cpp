#include "support/unix_message.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace tws {

namespace {

// Room for descriptors and the sender's credentials, aligned as CMSG_* wants it.
union ControlBuffer {
  cmsghdr align;
  char bytes[CMSG_SPACE(kMaxDescriptors * sizeof(int)) + CMSG_SPACE(sizeof(ucred))];
};

void take_descriptors(const cmsghdr* item, std::vector<Fd>& descriptors) {
  for (std::size_t at = 0; at < item->cmsg_len - CMSG_LEN(0); at += sizeof(int)) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(item) + at, sizeof fd);
    descriptors.emplace_back(fd);
  }
}

std::string error_text(int error) { return std::generic_category().message(error); }

}  // namespace

Status send_message(int socket, std::string_view bytes, const std::vector<int>& descriptors, int timeout_ms) {
  iovec data{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  ControlBuffer control{};
  if (const std::size_t size = descriptors.size() * sizeof(int); size > 0) {
    header.msg_control = control.bytes;
    header.msg_controllen = CMSG_SPACE(size);
    cmsghdr* item = CMSG_FIRSTHDR(&header);
    item->cmsg_level = SOL_SOCKET;
    item->cmsg_type = SCM_RIGHTS;
    item->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(item), descriptors.data(), size);
  }
  for (bool waited = false;;) {
    if (sendmsg(socket, &header, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) {
      return Done{};
    }
    if (errno == EINTR) {
      continue;
    }
    if (errno != EAGAIN || waited) {
      return Error{error_text(errno), {}};
    }
    wait_for(socket, POLLOUT, timeout_ms);
    waited = true;
  }
}

bool wait_for(int socket, short events, int timeout_ms) {
  pollfd ready{socket, events, 0};
  int count = 0;
  do {
    count = poll(&ready, 1, timeout_ms);
  } while (count < 0 && errno == EINTR);
  return count > 0;
}

ReceiveOutcome receive_message(int socket, std::size_t max_size, ReceivedMessage& message) {
  message.descriptors.clear();
  message.sender = 0;
  message.sender_user = static_cast<uid_t>(-1);
  message.bytes.resize(max_size);
  iovec data{message.bytes.data(), message.bytes.size()};
  ControlBuffer control{};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  header.msg_control = control.bytes;
  header.msg_controllen = sizeof control.bytes;
  ssize_t received = 0;
  do {
    received = recvmsg(socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  } while (received < 0 && errno == EINTR);
  if (received < 0) {
    return errno == EAGAIN ? ReceiveOutcome::kNothingYet : ReceiveOutcome::kClosed;
  }
  for (cmsghdr* item = CMSG_FIRSTHDR(&header); item != nullptr; item = CMSG_NXTHDR(&header, item)) {
    if (item->cmsg_level == SOL_SOCKET && item->cmsg_type == SCM_RIGHTS) {
      take_descriptors(item, message.descriptors);
    } else if (item->cmsg_level == SOL_SOCKET && item->cmsg_type == SCM_CREDENTIALS) {
      ucred sender{};
      std::memcpy(&sender, CMSG_DATA(item), sizeof sender);
      message.sender = sender.pid;
      message.sender_user = sender.uid;
    }
  }
  message.descriptors_lost = (header.msg_flags & MSG_CTRUNC) != 0;
  if (received == 0) {
    return ReceiveOutcome::kClosed;
  }
  message.bytes.resize((header.msg_flags & MSG_TRUNC) != 0 ? 0 : static_cast<std::size_t>(received));
  return ReceiveOutcome::kMessage;
}

}  // namespace tws
