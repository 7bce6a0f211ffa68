#include "bridge/unix_bridge.hpp"

#include <CppUTest/TestHarness.h>
#include <sys/un.h>

#include <array>
#include <cstring>
#include <string>

#include "wamp_peer.hpp"

using tws::Fd;

TEST_GROUP(UnixBridgeTest) {
  struct ev_loop* loop = ev_loop_new(EVFLAG_AUTO);
  tws::Log log;
  tws::wamp::Realm realm{"torrents", {}};
  tws::Publisher publisher{realm};

  // A listening socket without a file, and its address.
  static Fd listen(sockaddr_un & address, socklen_t & size) {
    Fd listener(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    address.sun_family = AF_UNIX;
    // An empty name: the kernel chooses one.
    CHECK_EQUAL(0, bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address.sun_family));
    CHECK_EQUAL(0, ::listen(listener.get(), 1));
    size = sizeof address;
    getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
    return listener;
  }
  void turn(int times = 10) {
    for (int i = 0; i < times; ++i) {
      ev_run(loop, EVRUN_NOWAIT);
    }
  }
  void teardown() override { ev_loop_destroy(loop); }
};

TEST(UnixBridgeTest, WhoDoesNotReadIsNotRead) {
  tws::UnixBridge bridge(loop, log, publisher);
  bridge.configure({getuid()}, 1'000);
  sockaddr_un address{};
  socklen_t size = 0;
  bridge.listen(listen(address, size));
  const Fd client(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  CHECK_EQUAL(0, connect(client.get(), reinterpret_cast<sockaddr*>(&address), size));

  // Each line is refused, with an answer that is longer.
  std::string lines;
  for (int i = 0; i < 1'000; ++i) {
    lines += "7\n";
  }
  std::size_t sent = 0;
  for (int stuck = 0; stuck < 100;) {
    // The half of a line may have been left over.
    const ssize_t now = send(client.get(), lines.data() + sent % 2, lines.size() - sent % 2, MSG_NOSIGNAL);
    sent += now > 0 ? static_cast<std::size_t>(now) : 0;
    stuck = now > 0 ? 0 : stuck + 1;
    turn();
    CHECK_TRUE(sent < 10UL << 20);
  }
  const auto refused = publisher.figures(tws::PublishWay::kUnix).refused;
  CHECK_TRUE(refused < sent / 2);

  // It goes on when the answers are read.
  std::array<char, 65'536> buffer{};
  while (recv(client.get(), buffer.data(), buffer.size(), 0) > 0) {
    turn();
  }
  CHECK_EQUAL(sent / 2, publisher.figures(tws::PublishWay::kUnix).refused);
}
