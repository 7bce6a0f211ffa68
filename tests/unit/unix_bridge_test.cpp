#include "bridge/unix_bridge.hpp"

#include <CppUTest/TestHarness.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "wamp_peer.hpp"

using tws::Fd;

TEST_GROUP(UnixBridgeTest) {
  std::unique_ptr<struct ev_loop, void (*)(struct ev_loop*)> owned_loop{ev_loop_new(EVFLAG_AUTO), ev_loop_destroy};
  struct ev_loop* loop = owned_loop.get();
  tws::Log log;
  tws::wamp::Realm realm{"torrents", {}};
  tws::Publisher publisher{realm};

  tws::UnixBridge bridge{loop, log, publisher};
  // Of its socket, which has no file.
  sockaddr_un address{};
  socklen_t size = 0;

  // This user's programs may connect.
  void listen(std::size_t max_line) {
    bridge.configure({getuid()}, max_line);
    Fd listener(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    address.sun_family = AF_UNIX;
    // An empty name: the kernel chooses one.
    CHECK_EQUAL(0, bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address.sun_family));
    CHECK_EQUAL(0, ::listen(listener.get(), 1));
    size = sizeof address;
    getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
    bridge.listen(std::move(listener));
  }
  [[nodiscard]] Fd connected() const {
    Fd client(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    CHECK_EQUAL(0, connect(client.get(), reinterpret_cast<const sockaddr*>(&address), size));
    return client;
  }
  void turn(int times = 10) const {
    for (int i = 0; i < times; ++i) {
      ev_run(loop, EVRUN_NOWAIT);
    }
  }
  // Until the bridge hangs up, or nothing more comes.
  std::string answers(const Fd& client) const {
    std::string text;
    std::array<char, 65'536> buffer{};
    turn();
    for (ssize_t size = 0; (size = recv(client.get(), buffer.data(), buffer.size(), 0)) > 0; turn()) {
      text.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return text;
  }
};

TEST(UnixBridgeTest, WhoDoesNotReadIsNotRead) {
  listen(1'000);
  const Fd client = connected();

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

TEST(UnixBridgeTest, WhoEndsHisSideGetsHisAnswers) {
  listen(1'000);
  const Fd client = connected();
  const std::string lines = "7\n{\"topic\":7}";  // the last one without its line feed
  CHECK_EQUAL(static_cast<ssize_t>(lines.size()), send(client.get(), lines.data(), lines.size(), 0));
  shutdown(client.get(), SHUT_WR);
  const std::string text = answers(client);
  STRCMP_CONTAINS("a publication is a dictionary with a topic\"}\n", text.c_str());
  STRCMP_CONTAINS("topic is missing, or no string\"}\n", text.c_str());
  CHECK_EQUAL(2U, publisher.figures(tws::PublishWay::kUnix).refused);
}

TEST(UnixBridgeTest, UnfinishedLinesHaveABoundInAll) {
  constexpr std::size_t kHalf = tws::UnixBridge::kMaxBytes / 2;
  listen(2 * kHalf);
  const std::string part(64UL << 10, ' ');
  const auto fill = [&](const Fd& client, std::size_t bytes) {
    while (bytes > 0) {
      const ssize_t now = send(client.get(), part.data(), std::min(bytes, part.size()), MSG_NOSIGNAL);
      if (now < 0 && errno != EAGAIN) {
        return;
      }
      bytes -= now > 0 ? static_cast<std::size_t>(now) : 0;
      turn(1);
    }
  };
  const Fd first = connected();
  fill(first, kHalf);
  {
    const Fd second = connected();
    fill(second, kHalf + part.size());
    STRCMP_CONTAINS("torrent_ws.error.busy", answers(second).c_str());
  }
  // Its share is free again, and the first one's line is whole.
  const Fd third = connected();
  fill(third, part.size());
  for (const Fd* client : {&first, &third}) {
    CHECK_EQUAL(2, send(client->get(), "7\n", 2, MSG_NOSIGNAL));
    turn(20);
    STRCMP_CONTAINS("a publication is a dictionary", answers(*client).c_str());
  }
}
