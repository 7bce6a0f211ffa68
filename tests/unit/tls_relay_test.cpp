// The relay with real TLS: clients of OpenSSL on one side, plain sockets on the other.
#include "apache/tls_relay.hpp"

#include <CppUTest/TestHarness.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "apache/tls_relay_loop.hpp"

using tws::Fd;
using tws::apache::TlsConnection;
using tws::apache::TlsRelay;

namespace {

struct Freer {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Context = std::unique_ptr<SSL_CTX, Freer>;

Context server_context() {
  const std::unique_ptr<EVP_PKEY, Freer> key(EVP_EC_gen("P-256"));
  const std::unique_ptr<X509, Freer> certificate(X509_new());
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  Context context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_use_certificate(context.get(), certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), key.get());
  return context;
}

std::array<Fd, 2> make_pair() {
  std::array<int, 2> pair{};
  CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()));
  return {Fd(pair[0]), Fd(pair[1])};
}

void make_non_blocking(const Fd& fd) { fcntl(fd.get(), F_SETFL, fcntl(fd.get(), F_GETFL) | O_NONBLOCK); }

// A client that has finished its handshake, and the connection as a takeover would hand it to the relay.
struct Link {
  explicit Link(SSL_CTX* server_side) : client_context(SSL_CTX_new(TLS_client_method())) {
    auto network = make_pair();
    auto inner = make_pair();
    client_socket = std::move(network[0]);
    plain = std::move(inner[0]);
    client.reset(SSL_new(client_context.get()));
    SSL_set_fd(client.get(), client_socket.get());
    connection.ssl.reset(SSL_new(server_side));
    connection.session_context = server_side;
    SSL_set_fd(connection.ssl.get(), network[1].get());
    std::thread accepting([this] { SSL_accept(connection.ssl.get()); });
    CHECK_EQUAL(1, SSL_connect(client.get()));
    accepting.join();
    SSL_set_mode(connection.ssl.get(), SSL_MODE_AUTO_RETRY | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                           SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    make_non_blocking(network[1]);
    make_non_blocking(inner[1]);
    connection.client = std::move(network[1]);
    connection.plain = std::move(inner[1]);
  }

  void client_sends(const std::string& text) const {
    CHECK_EQUAL(static_cast<int>(text.size()), SSL_write(client.get(), text.data(), static_cast<int>(text.size())));
  }
  [[nodiscard]] std::string client_gets(std::size_t size) const {
    std::string all(size, '\0');
    std::size_t have = 0;
    while (have < size) {
      const int got = SSL_read(client.get(), all.data() + have, static_cast<int>(size - have));
      if (got <= 0) {
        break;
      }
      have += static_cast<std::size_t>(got);
    }
    all.resize(have);
    return all;
  }
  void plain_sends(const std::string& text) const {
    CHECK_EQUAL(static_cast<ssize_t>(text.size()), send(plain.get(), text.data(), text.size(), MSG_NOSIGNAL));
  }
  [[nodiscard]] std::string plain_gets(std::size_t size) const {
    std::string all(size, '\0');
    std::size_t have = 0;
    while (have < size) {
      const ssize_t got = recv(plain.get(), all.data() + have, size - have, 0);
      if (got <= 0) {
        break;
      }
      have += static_cast<std::size_t>(got);
    }
    all.resize(have);
    return all;
  }

  Context client_context;
  Fd client_socket;
  Fd plain;
  std::unique_ptr<SSL, Freer> client;
  TlsConnection connection;
};

}  // namespace

TEST_GROUP(TlsRelay) {
  Context context = server_context();
  TlsRelay relay;
  void setup() override { CHECK_TRUE(relay.start()); }
};

TEST(TlsRelay, MovesBytesBothWays) {
  Link link(context.get());
  link.connection.to_plain = "read before. ";
  relay.adopt(std::move(link.connection));
  link.client_sends("from the client");
  STRCMP_EQUAL("read before. from the client", link.plain_gets(28).c_str());
  link.plain_sends("from the server");
  STRCMP_EQUAL("from the server", link.client_gets(15).c_str());
}

TEST(TlsRelay, LosesNothingOfLargeMessagesWithASlowReader) {
  Link link(context.get());
  relay.adopt(std::move(link.connection));
  std::string large(3'000'000, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) {
    large[i] = static_cast<char>(i * 31 >> 3);
  }
  std::thread sender([&] { link.plain_sends(large); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // lets every buffer fill
  CHECK_TRUE(link.client_gets(large.size()) == large);
  sender.join();
  std::thread client_sender([&] { link.client_sends(large); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK_TRUE(link.plain_gets(large.size()) == large);
  client_sender.join();
}

TEST(TlsRelay, ClientsFarewellReachesThePlainSide) {
  Link link(context.get());
  relay.adopt(std::move(link.connection));
  link.client_sends("last words");
  SSL_shutdown(link.client.get());
  STRCMP_EQUAL("last words", link.plain_gets(100).c_str());
  link.plain_sends("answer");
  STRCMP_EQUAL("answer", link.client_gets(6).c_str());
}

TEST(TlsRelay, PlainEndIsAProperEndForTheClient) {
  Link link(context.get());
  relay.adopt(std::move(link.connection));
  link.plain_sends("bye");
  link.plain.reset();
  STRCMP_EQUAL("bye", link.client_gets(100).c_str());
  CHECK_EQUAL(SSL_ERROR_ZERO_RETURN, SSL_get_error(link.client.get(), 0));
}

TEST(TlsRelay, BrokenClientEndsThePlainSide) {
  Link link(context.get());
  relay.adopt(std::move(link.connection));
  link.client.reset();
  link.client_socket.reset();
  STRCMP_EQUAL("", link.plain_gets(1).c_str());
}

TEST(TlsRelay, OneThatStallsHoldsNobodyUp) {
  Link stalled(context.get());
  Link healthy(context.get());
  relay.adopt(std::move(stalled.connection));
  relay.adopt(std::move(healthy.connection));
  make_non_blocking(stalled.plain);
  const std::string block(64'000, 'x');
  while (send(stalled.plain.get(), block.data(), block.size(), MSG_NOSIGNAL) > 0) {
  }
  for (int i = 0; i < 100; ++i) {
    healthy.client_sends("ping");
    STRCMP_EQUAL("ping", healthy.plain_gets(4).c_str());
    healthy.plain_sends("pong");
    STRCMP_EQUAL("pong", healthy.client_gets(4).c_str());
  }
}

TEST(TlsRelay, TakesConnectionsFromManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kEach = 8;
  std::vector<std::thread> threads;
  std::array<std::vector<std::unique_ptr<Link>>, kThreads> links;
  for (auto& mine : links) {
    for (int i = 0; i < kEach; ++i) {
      mine.push_back(std::make_unique<Link>(context.get()));
    }
    threads.emplace_back([this, &mine] {
      for (auto& link : mine) {
        relay.adopt(std::move(link->connection));
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  for (auto& mine : links) {
    for (auto& link : mine) {
      link->client_sends("hello");
      STRCMP_EQUAL("hello", link->plain_gets(5).c_str());
    }
  }
}

TEST(TlsRelay, LeftConnectionsGoOnInAnotherLoop) {
  Link link(context.get());
  relay.adopt(std::move(link.connection));
  link.client_sends("before");
  STRCMP_EQUAL("before", link.plain_gets(6).c_str());
  const auto loop = relay.stop_thread();
  CHECK_TRUE(loop != nullptr);
  LONGS_EQUAL(1, loop->connection_count());
  link.client_sends("while nobody looks");
  loop->move_to_this_process();
  std::vector<std::size_t> counts;
  tws::apache::TlsRelayReports reports;
  reports.on_count = [&counts](std::size_t count) { counts.push_back(count); };
  loop->finish();
  std::thread runner([&] { loop->run(reports); });
  STRCMP_EQUAL("while nobody looks", link.plain_gets(18).c_str());
  link.plain.reset();
  link.client.reset();
  link.client_socket.reset();
  runner.join();
  LONGS_EQUAL(1, counts.size());
  LONGS_EQUAL(1, counts[0]);
}

// What the process that forked it still does with its own epoll is nothing to the new one.
TEST(TlsRelay, AForkedProcessHasAnEpollOfItsOwn) {
  Link link(context.get());
  relay.adopt(std::move(link.connection));
  link.client_sends("before");
  STRCMP_EQUAL("before", link.plain_gets(6).c_str());
  const auto loop = relay.stop_thread();
  const pid_t process = fork();
  if (process == 0) {
    loop->move_to_this_process();
    loop->run();
    _exit(0);
  }
  link.client_sends("first");
  STRCMP_EQUAL("first", link.plain_gets(5).c_str());
  // Whichever of them is the epoll; until the process waits again for sure.
  const auto descriptors = loop->descriptors();
  for (int i = 0; i < 20; ++i) {
    for (const int epoll : descriptors) {
      for (const int fd : descriptors) {
        epoll_ctl(epoll, EPOLL_CTL_DEL, fd, nullptr);
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  link.client_sends("second");
  pollfd arrives{link.plain.get(), POLLIN, 0};
  CHECK_EQUAL(1, poll(&arrives, 1, 20'000));
  STRCMP_EQUAL("second", link.plain_gets(6).c_str());
  kill(process, SIGKILL);
  waitpid(process, nullptr, 0);
}

TEST(TlsRelay, TellsWhenTheTimeOfAConnectionIsUp) {
  Link early(context.get());
  Link late(context.get());
  early.connection.plain_cookie = 1;
  late.connection.plain_cookie = 2;
  relay.adopt(std::move(early.connection));
  relay.adopt(std::move(late.connection));
  const auto loop = relay.stop_thread();
  loop->move_to_this_process();
  constexpr auto kLifetime = std::chrono::milliseconds(400);
  const auto begin = std::chrono::steady_clock::now();
  loop->limit_lifetime(kLifetime);
  std::set<std::uint64_t> expired;
  tws::apache::TlsRelayReports reports;
  reports.on_expired = [&](std::uint64_t cookie) {
    CHECK_TRUE(std::chrono::steady_clock::now() - begin >= kLifetime * 3 / 4);
    CHECK_TRUE(expired.insert(cookie).second);
    // As torrent-ws does: it says good-bye and closes.
    (cookie == 1 ? early : late).plain.reset();
    (cookie == 1 ? early : late).client_socket.reset();
  };
  loop->finish();
  loop->run(reports);
  CHECK_TRUE(expired == (std::set<std::uint64_t>{1, 2}));
}

TEST(TlsRelay, FinishesWithItsLastConnection) {
  Link link(context.get());
  relay.adopt(std::move(link.connection));
  CHECK_FALSE(relay.finish(std::chrono::milliseconds(20)));
  link.plain.reset();
  link.client_socket.reset();
  CHECK_TRUE(relay.finish(std::chrono::minutes(1)));
  CHECK_TRUE(relay.stop_thread() == nullptr);
}

TEST(TlsRelay, WithoutConnectionsIsFinishedAtOnce) {
  CHECK_TRUE(relay.finish(std::chrono::minutes(1)));
  TlsRelay never_started;
  CHECK_TRUE(never_started.finish(std::chrono::minutes(1)));
}
