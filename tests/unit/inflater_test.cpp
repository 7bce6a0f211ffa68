#include "websocket/inflater.hpp"

#include <CppUTest/TestHarness.h>
#include <zlib.h>

#include <string>

using tws::Inflater;
using Outcome = tws::Inflater::Outcome;

namespace {

constexpr std::size_t kLimit = 1 << 20;

// A client's side of permessage-deflate, with its context kept from message to message.
struct Deflater {
  Deflater() { deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY); }
  ~Deflater() { deflateEnd(&stream); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  std::string message(const std::string& text, int flush = Z_SYNC_FLUSH) {
    std::string out(text.size() + 1000, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, flush);
    out.resize(out.size() - stream.avail_out);
    return flush == Z_SYNC_FLUSH ? out.substr(0, out.size() - 4) : out;
  }

  z_stream stream{};
};

}  // namespace

TEST_GROUP(Inflater) {
  Deflater deflater;
  Inflater inflater;
  std::string out;
};

TEST(Inflater, KeepsItsContextFromMessageToMessage) {
  const std::string text = "the same words again and again";
  for (int i = 0; i < 3; ++i) {
    out.clear();
    CHECK_TRUE(inflater.append(deflater.message(text), true, kLimit, out) == Outcome::kTaken);
    STRCMP_EQUAL(text.c_str(), out.c_str());
  }
}

TEST(Inflater, TakesPiecesOfAnySize) {
  const std::string text(100'000, 'a');
  for (const std::size_t step : {1U, 7U, 4096U}) {
    const std::string compressed = deflater.message(text);
    out.clear();
    for (std::size_t at = 0; at < compressed.size(); at += step) {
      const bool last = at + step >= compressed.size();
      CHECK_TRUE(inflater.append(compressed.substr(at, step), last, kLimit, out) == Outcome::kTaken);
    }
    CHECK_TRUE(out == text);
  }
}

// Lengths around its own step included: where the output just fills a buffer.
TEST(Inflater, TakesMessagesOfAnyLength) {
  for (const std::size_t size : {0U, 1U, 6166U, 16383U, 16384U, 16385U, 32768U}) {
    const std::string text(size, 'a');
    out.clear();
    CHECK_TRUE(inflater.append(deflater.message(text), true, kLimit, out) == Outcome::kTaken);
    CHECK_TRUE(out == text);
  }
}

TEST(Inflater, StopsAtItsLimit) {
  const std::string compressed = deflater.message(std::string(10 * kLimit, 'a'));
  CHECK_TRUE(compressed.size() < kLimit / 10);
  CHECK_TRUE(inflater.append(compressed, true, kLimit, out) == Outcome::kTooBig);
  CHECK_TRUE(out.size() < kLimit + 100'000);
}

TEST(Inflater, TakesAFinalBlock) {
  CHECK_TRUE(inflater.append(deflater.message("last", Z_FINISH) + std::string(1, '\0'), true, kLimit, out) ==
             Outcome::kTaken);
  STRCMP_EQUAL("last", out.c_str());
  Deflater next;
  CHECK_TRUE(inflater.append(next.message(" and more"), true, kLimit, out) == Outcome::kTaken);
  STRCMP_EQUAL("last and more", out.c_str());
}

TEST(Inflater, RefusesWhatIsNotDeflated) {
  CHECK_TRUE(inflater.append("\xff\xff\xff\xff", true, kLimit, out) == Outcome::kInvalid);
}

TEST(Inflater, RefusesAMessageThatIsCut) {
  const std::string compressed = deflater.message("a message of which the end is missing");
  for (std::size_t size = 1; size + 1 < compressed.size(); ++size) {
    Inflater fresh;
    CHECK_TRUE(fresh.append(compressed.substr(0, size), true, kLimit, out) == Outcome::kInvalid);
  }
}
