// Opens connections to a server on 127.0.0.1 and ends them again, as fast as it can, and prints what came of it as
// JSON.
//
//   connect port=8443 path=/wss/ kind=websocket tls=1 seconds=2
//
//   kind         get: a request with Connection: close, to its end; websocket: an upgrade, to its 101
//   ending       of a websocket. close: with code 1000, to the server's end; vanish: a reset right after the 101;
//                stall: a message for an echo is sent, its answer is not read, a reset after a while
//   at_once      connections under way
//   seconds, count   whichever comes first; what is under way then is finished
//   certificate, key   files, what a server that wants to know its client gets
//
// Each TLS connection makes a full handshake: sessions are not resumed.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kStall = std::chrono::milliseconds(200);
// Without any progress for so long, the server hangs.
constexpr int kPatienceMs = 60'000;
constexpr std::size_t kStalledMessage = 256 << 10;

enum class Kind { kGet, kWebSocket };
enum class Ending { kClose, kVanish, kStall };

struct Options {
  explicit Options(const std::map<std::string, std::string>& given) {
    const auto value = [&given](const char* name, std::string otherwise) {
      const auto found = given.find(name);
      return found == given.end() ? otherwise : found->second;
    };
    port = static_cast<std::uint16_t>(std::stoi(value("port", "8080")));
    kind = value("kind", "websocket") == "get" ? Kind::kGet : Kind::kWebSocket;
    tls = value("tls", "0") == "1";
    at_once = std::stoul(value("at_once", "16"));
    seconds = std::stod(value("seconds", "3600"));
    count = std::stoul(value("count", "1000000000"));
    certificate = value("certificate", "");
    key = value("key", "");
    const std::string how = value("ending", "close");
    ending = how == "stall" ? Ending::kStall : how == "vanish" ? Ending::kVanish : Ending::kClose;

    const std::string head =
        "GET " + value("path", "/") + " HTTP/1.1\r\nHost: localhost:" + std::to_string(port) + "\r\n";
    request = kind == Kind::kGet
                  ? head + "Connection: close\r\n\r\n"
                  : head +
                        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: wamp.2.json\r\n\r\n";
    expected = kind == Kind::kGet ? "HTTP/1.1 200 " : "HTTP/1.1 101 ";
  }

  std::uint16_t port;
  Kind kind;
  Ending ending;
  bool tls;
  std::size_t at_once;
  double seconds;
  std::size_t count;
  std::string certificate;
  std::string key;
  std::string request;
  std::string expected;
};

// Both masked with zeros.
const std::string kCloseFrame("\x88\x82\0\0\0\0\x03\xe8", 8);
const std::string kStalledFrame =
    std::string("\x82\xff\0\0\0\0\0\x04\0\0\0\0\0\0", 14) + std::string(kStalledMessage, 'x');

struct SslFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
struct ContextFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, ContextFree>;

Context make_context(const Options& options) {
  Context context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (!options.certificate.empty() &&
      (SSL_CTX_use_certificate_file(context.get(), options.certificate.c_str(), SSL_FILETYPE_PEM) != 1 ||
       SSL_CTX_use_PrivateKey_file(context.get(), options.key.c_str(), SSL_FILETYPE_PEM) != 1)) {
    throw std::runtime_error("the client's certificate or key cannot be used");
  }
  return context;
}

// One connection from connect() to its end. Anything unexpected is a std::runtime_error.
class Connection {
 public:
  Connection(const Options& options, SSL_CTX* context)
      : options_(options),
        socket_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
        out_(options.request) {
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (options.ending == Ending::kStall) {
      // So that little of the answer fits and the rest stays with the server.
      const int small = 4096;
      setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS) {
      fail("connect", errno);
    }
    if (options.tls) {
      ssl_.reset(SSL_new(context));
      SSL_set_fd(ssl_.get(), socket_);
      SSL_set_connect_state(ssl_.get());
    }
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (reset_) {
      const linger at_once{1, 0};
      setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    ssl_.reset();
    close(socket_);
  }

  [[nodiscard]] int descriptor() const { return socket_; }
  [[nodiscard]] unsigned interest() const {
    return (wants_write_ ? EPOLLOUT : 0U) | (stalled() && !wants_write_ ? 0U : EPOLLIN);
  }
  [[nodiscard]] bool stalled() const { return stall_end_ != Clock::time_point{}; }
  // Whether the time of one that stalls is over.
  bool overdue(Clock::time_point now) {
    reset_ = stalled() && stall_end_ <= now;
    return reset_;
  }

  // Goes as far as it can; true when the connection has come to its end.
  bool advance() {
    wants_write_ = false;
    if (!flush() || stalled()) {
      return false;
    }
    std::array<char, 16 << 10> buffer;
    for (;;) {
      const int size = receive(buffer);
      if (size == 0 && upgraded_or_got()) {
        return true;
      }
      if (size <= 0) {
        return size == 0 ? throw std::runtime_error("it ended after \"" + in_.substr(0, 60) + '"') : false;
      }
      in_.append(buffer.data(), static_cast<std::size_t>(size));
      if (options_.kind == Kind::kWebSocket && !upgraded_ && in_.find("\r\n\r\n") != std::string::npos) {
        if (upgraded()) {
          return true;
        }
        if (stalled()) {
          return false;
        }
      }
    }
  }

 private:
  [[noreturn]] static void fail(const char* what, int error) {
    throw std::runtime_error(std::string(what) + ": " + std::strerror(error));
  }

  [[nodiscard]] bool is_as_expected() const { return in_.compare(0, options_.expected.size(), options_.expected) == 0; }
  [[nodiscard]] bool upgraded_or_got() const { return is_as_expected() && (options_.kind == Kind::kGet || upgraded_); }

  // True when that was all.
  bool upgraded() {
    if (!is_as_expected()) {
      throw std::runtime_error("the answer is \"" + in_.substr(0, in_.find('\r')) + '"');
    }
    upgraded_ = true;
    if (options_.ending == Ending::kVanish) {
      reset_ = true;
      return true;
    }
    if (options_.ending == Ending::kStall) {
      stall_end_ = Clock::now() + kStall;
      out_ = kStalledFrame;
    } else {
      out_ = kCloseFrame;
    }
    flush();
    return false;
  }

  // False while something is left.
  bool flush() {
    while (!out_.empty()) {
      const int sent = ssl_ ? SSL_write(ssl_.get(), out_.data(), static_cast<int>(out_.size()))
                            : static_cast<int>(send(socket_, out_.data(), out_.size(), MSG_NOSIGNAL));
      if (sent <= 0) {
        await(sent, "send", true);
        return false;
      }
      out_.erase(0, static_cast<std::size_t>(sent));
    }
    return true;
  }

  // 0 at the end, -1 when there is nothing yet.
  int receive(std::array<char, 16 << 10>& buffer) {
    const int size = ssl_ ? SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()))
                          : static_cast<int>(recv(socket_, buffer.data(), buffer.size(), 0));
    if (size > 0) {
      return size;
    }
    const bool ended = ssl_ ? SSL_get_error(ssl_.get(), size) == SSL_ERROR_ZERO_RETURN : size == 0;
    if (!ended) {
      await(size, "receive", false);
    }
    return ended ? 0 : -1;
  }

  void await(int result, const char* what, bool writing) {
    const int error = errno;
    if (!ssl_) {
      if (error != EAGAIN && error != ENOTCONN) {
        fail(what, error);
      }
      wants_write_ = writing;
      return;
    }
    switch (SSL_get_error(ssl_.get(), result)) {
      case SSL_ERROR_WANT_READ:
        return;
      case SSL_ERROR_WANT_WRITE:
        wants_write_ = true;
        return;
      case SSL_ERROR_SYSCALL:
        fail(what, error);
      default: {
        std::array<char, 256> text{};
        ERR_error_string_n(ERR_get_error(), text.data(), text.size());
        throw std::runtime_error(std::string(what) + ": " + text.data());
      }
    }
  }

  const Options& options_;
  int socket_;
  std::unique_ptr<SSL, SslFree> ssl_;
  std::string out_;
  std::string in_;
  bool wants_write_ = true;
  bool upgraded_ = false;
  bool reset_ = false;
  Clock::time_point stall_end_;
};

class Load {
 public:
  explicit Load(const Options& options)
      : options_(options), context_(make_context(options)), epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

  void run() {
    const auto start = Clock::now();
    const auto end =
        start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options_.seconds));
    while (true) {
      while (connections_.size() < options_.at_once && started_ < options_.count && Clock::now() < end) {
        begin();
      }
      if (connections_.empty()) {
        break;
      }
      wait();
    }
    seconds_ = std::chrono::duration<double>(Clock::now() - start).count();
  }

  void print() const {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto of = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    std::string reason = first_failure_;
    std::replace_if(
        reason.begin(), reason.end(), [](char byte) { return byte == '"' || byte == '\\' || byte < ' '; }, '\'');
    std::printf(R"({"completed": %zu, "failed": %zu, "seconds": %.6f, "cpu": %.6f, "firstFailure": "%s"})"
                "\n",
                completed_, failed_, seconds_, of(used.ru_utime) + of(used.ru_stime), reason.c_str());
  }

 private:
  using Table = std::map<int, std::unique_ptr<Connection>>;

  void begin() {
    ++started_;
    auto connection = std::make_unique<Connection>(options_, context_.get());
    epoll_event event{};
    event.events = EPOLLOUT;
    event.data.fd = connection->descriptor();
    epoll_ctl(epoll_, EPOLL_CTL_ADD, connection->descriptor(), &event);
    connections_[connection->descriptor()] = std::move(connection);
  }

  void wait() {
    std::array<epoll_event, 256> events{};
    const int timeout = options_.ending == Ending::kStall ? 20 : kPatienceMs;
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout);
    if (count == 0 && timeout == kPatienceMs) {
      throw std::runtime_error("nothing happens any more on " + std::to_string(connections_.size()) + " connections");
    }
    for (int i = 0; i < count; ++i) {
      serve(connections_.find(events.at(static_cast<std::size_t>(i)).data.fd));
    }
    end_stalled();
  }

  void serve(Table::iterator found) {
    Connection& connection = *found->second;
    try {
      if (connection.advance()) {
        ++completed_;
        connections_.erase(found);
        return;
      }
      epoll_event event{};
      event.events = connection.interest();
      event.data.fd = found->first;
      epoll_ctl(epoll_, EPOLL_CTL_MOD, found->first, &event);
    } catch (const std::runtime_error& error) {
      if (failed_++ == 0) {
        first_failure_ = error.what();
      }
      connections_.erase(found);
    }
  }

  void end_stalled() {
    if (options_.ending != Ending::kStall) {
      return;
    }
    completed_ +=
        std::erase_if(connections_, [now = Clock::now()](const auto& entry) { return entry.second->overdue(now); });
  }

  const Options& options_;
  Context context_;
  int epoll_;
  Table connections_;
  std::size_t started_ = 0;
  std::size_t completed_ = 0;
  std::size_t failed_ = 0;
  std::string first_failure_;
  double seconds_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  std::signal(SIGPIPE, SIG_IGN);
  std::map<std::string, std::string> given;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    const auto equals = argument.find('=');
    given[argument.substr(0, equals)] = equals == std::string::npos ? "" : argument.substr(equals + 1);
  }
  try {
    const Options options(given);
    Load load(options);
    load.run();
    load.print();
  } catch (const std::exception& error) {
    std::cerr << "connect: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
