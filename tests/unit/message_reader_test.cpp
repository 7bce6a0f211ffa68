#include "websocket/message_reader.hpp"

#include <CppUTest/TestHarness.h>

#include <string>

#include "websocket/message_rate.hpp"

using tws::CloseCode;
using tws::MessageReader;

namespace {

constexpr std::size_t kLimit = 1 << 20;

// What the reader told, as text: "text:…", "binary:…", "ping:…", "pong:…", "close:CODE", "failure:CODE".
class Notes final : public tws::MessageSink {
 public:
  void on_message(std::string_view message, bool binary) override { add(binary ? "binary" : "text", message); }
  void on_ping(std::string_view payload) override { add("ping", payload); }
  void on_pong(std::string_view payload) override { add("pong", payload); }
  void on_close(CloseCode code) override { add("close", std::to_string(static_cast<int>(code))); }
  void on_failure(CloseCode code, std::string_view /*why*/) override {
    add("failure", std::to_string(static_cast<int>(code)));
  }
  void add(const std::string& what, std::string_view detail) {
    all += (all.empty() ? "" : " ") + what + ":" + std::string(detail);
  }
  std::string all;
};

// A masked frame; `first` is its first byte.
std::string frame(int first, const std::string& payload, bool masked = true) {
  const std::string mask = "\x11\x22\x33\x44";
  std::string out(1, static_cast<char>(first));
  const int mask_bit = masked ? 0x80 : 0;
  if (payload.size() < 126) {
    out.push_back(static_cast<char>(mask_bit | static_cast<int>(payload.size())));
  } else if (payload.size() < 65536) {
    out.push_back(static_cast<char>(mask_bit | 126));
    out.push_back(static_cast<char>(payload.size() >> 8));
    out.push_back(static_cast<char>(payload.size() & 0xFF));
  } else {
    out.push_back(static_cast<char>(mask_bit | 127));
    for (int shift = 56; shift >= 0; shift -= 8) {
      out.push_back(static_cast<char>(payload.size() >> shift & 0xFF));
    }
  }
  if (!masked) {
    return out + payload;
  }
  out += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    out.push_back(static_cast<char>(payload[i] ^ mask[i % 4]));
  }
  return out;
}

// What comes of these bytes, however they are cut.
std::string outcome(const std::string& bytes, bool deflate = false) {
  std::string first;
  for (const std::size_t step : {bytes.size(), std::size_t{1}, std::size_t{3}, std::size_t{4096}}) {
    Notes notes;
    MessageReader reader(notes, deflate);
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      reader.read(std::string_view(bytes).substr(at, step), kLimit);
    }
    if (first.empty()) {
      first = notes.all;
    }
    STRCMP_EQUAL(first.c_str(), notes.all.c_str());
  }
  return first;
}

void check(const char* expected, const std::string& bytes, bool deflate = false) {
  STRCMP_EQUAL(expected, outcome(bytes, deflate).c_str());
}

const std::string kHelloDeflated("\xf2\x48\xcd\xc9\xc9\x07\x00", 7);  // RFC 7692, 7.2.3.1

}  // namespace

TEST_GROUP(MessageReader){};

TEST(MessageReader, ReadsMessagesAndControlFrames) {
  check("text:one binary:two ping:? pong:! text:",
        frame(0x81, "one") + frame(0x82, "two") + frame(0x89, "?") + frame(0x8A, "!") + frame(0x81, ""));
}

TEST(MessageReader, PutsFragmentsTogetherAroundControlFrames) {
  check("ping:now text:abcdef close:1000", frame(0x01, "ab") + frame(0x00, "") + frame(0x89, "now") +
                                               frame(0x00, "cd") + frame(0x80, "ef") +
                                               frame(0x88, std::string("\x03\xe8", 2)));
}

TEST(MessageReader, ReadsLongMessages) {
  for (const std::size_t size : {125U, 126U, 4096U, 65535U, 65536U, 200'000U}) {
    const std::string text(size, 'x');
    CHECK_TRUE(outcome(frame(0x81, text) + frame(0x81, "y")) == "text:" + text + " text:y");
  }
}

TEST(MessageReader, Inflates) {
  check("text:Hello text:Hello",
        frame(0xC1, kHelloDeflated) + frame(0x41, kHelloDeflated.substr(0, 3)) + frame(0x80, kHelloDeflated.substr(3)),
        true);
  check("failure:1007", frame(0xC1, "\xff\xff\xff"), true);
}

TEST(MessageReader, FailsForWhatTheProtocolForbids) {
  check("failure:1002", frame(0x81, "x", false));
  check("failure:1002", frame(0xC1, kHelloDeflated));                // not negotiated
  check("failure:1002", frame(0xA1, "x"), true);                     // RSV2
  check("failure:1002", frame(0x01, "x") + frame(0xC0, "x"), true);  // RSV1 on a continuation
  check("failure:1002", frame(0xC9, "x"), true);                     // RSV1 on a ping
  check("failure:1002", frame(0x83, "x"));                           // opcodes
  check("failure:1002", frame(0x8B, "x"));
  check("failure:1002", frame(0x01, "x") + frame(0x83, "x"));
  check("failure:1002", frame(0x80, "x"));                     // no message to continue
  check("failure:1002", frame(0x01, "x") + frame(0x81, "x"));  // a message within another
  check("failure:1002", frame(0x09, "x"));                     // a fragmented ping
  check("failure:1002", frame(0x89, std::string(126, 'x')));
  check("failure:1002", std::string("\x81\xfe\x00\x05", 4) + "0000xxxxx");  // not the shortest length
  check("failure:1009", frame(0x82, std::string(kLimit + 1, 'x')));
  check("failure:1009", frame(0x02, std::string(kLimit, 'x')) + frame(0x80, "x"));
}

TEST(MessageReader, WantsUtf8) {
  check("text:\xe2\x82\xac", frame(0x81, "\xe2\x82\xac"));
  check("text:\xe2\x82\xac", frame(0x01, "\xe2") + frame(0x00, "\x82") + frame(0x80, "\xac"));
  check("failure:1007", frame(0x81, "\xe2\x82"));
  check("failure:1007", frame(0x81, "\xed\xa0\x80"));
  check("failure:1007", frame(0x01, "ab\xff"));  // at once, not at the end of the message
  check("failure:1007", frame(0x01, "\xf4") + frame(0x00, "\x90"));
  check("binary:\xff", frame(0x82, "\xff"));
}

TEST(MessageReader, ReadsNothingBehindACloseFrame) {
  const auto close = [](int code, const std::string& reason = "") {
    return frame(0x88, std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)} + reason);
  };
  check("close:1005", frame(0x88, "") + frame(0x81, "x"));
  check("close:1000", close(1000) + close(1001));
  check("close:1012", close(1012, "\xe2\x82\xac"));
  check("failure:1007", close(1000, "\xe2\x82"));
  check("failure:1002", frame(0x88, "x"));
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535}) {
    check("failure:1002", close(code));
  }
}

TEST_GROUP(MessageRate){};

TEST(MessageRate, LetsBurstsInAndKeepsToTheAverage) {
  tws::MessageRate rate;
  auto now = tws::MessageRate::Clock::now();
  int taken = 0;
  while (rate.take(10, 1, now)) {
    ++taken;
  }
  CHECK_EQUAL(50, taken);
  now += std::chrono::seconds(1);
  for (int i = 0; i < 9; ++i) {
    CHECK_TRUE(rate.take(10, 1, now));
  }
  now += std::chrono::hours(1);
  CHECK_TRUE(rate.take(10, 1, now));
}

TEST(MessageRate, CountsLargeMessagesByTheirSize) {
  tws::MessageRate rate;
  const auto now = tws::MessageRate::Clock::now();
  CHECK_TRUE(rate.take(10, 48UL << 16, now));  // 49 of the 50 that a burst may have
  CHECK_TRUE(rate.take(10, 1, now));
  CHECK_FALSE(rate.take(10, 1, now));
  tws::MessageRate charged;
  charged.charge(50UL << 16);
  CHECK_FALSE(charged.take(10, 1, now));
}
