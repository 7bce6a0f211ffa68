#include "loop/frame.hpp"

#include <CppUTest/TestHarness.h>
#include <zlib.h>

#include "loop/outbox.hpp"

using tws::Frame;
using tws::FramePtr;
using tws::Opcode;
using tws::Outbox;

namespace {

// As a client does it (RFC 7692, 7.2.2): the cut tail is put back, then a raw inflate.
std::string inflate_message(std::string_view payload) {
  std::string input(payload);
  input.append("\x00\x00\xff\xff", 4);
  z_stream stream{};
  inflateInit2(&stream, -15);
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  std::string out(1 << 20, '\0');
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  inflate(&stream, Z_SYNC_FLUSH);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

std::string drain(Outbox& outbox, std::size_t step) {
  std::string all;
  std::string scratch;
  while (!outbox.empty()) {
    const auto chunk = outbox.next_chunk(scratch).substr(0, step);
    all.append(chunk);
    outbox.consume(chunk.size());
  }
  return all;
}

std::string wire(const FramePtr& frame) {
  const auto bytes = frame->bytes(false);
  return std::string(bytes.head) + std::string(bytes.payload);
}

}  // namespace

TEST_GROUP(Frame){};

TEST(Frame, LengthIsWrittenInTheShortestForm) {
  const auto head_of = [](std::size_t size) {
    return std::string(Frame(Opcode::kText, std::string(size, 'x')).bytes(false).head);
  };
  CHECK_TRUE(head_of(125) == std::string("\x81\x7d"));
  CHECK_TRUE(head_of(126) == std::string("\x81\x7e\x00\x7e", 4));
  CHECK_TRUE(head_of(65535) == std::string("\x81\x7e\xff\xff"));
  CHECK_TRUE(head_of(65536) == std::string("\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10));
  CHECK_TRUE(std::string(Frame(Opcode::kBinary, "").bytes(false).head) == std::string("\x82\x00", 2));
}

TEST(Frame, DeflatedMessageStandsAlone) {
  const std::string text(100'000, 'a');
  const Frame frame(Opcode::kText, text);
  const auto bytes = frame.bytes(true);
  LONGS_EQUAL(0xC1, static_cast<unsigned char>(bytes.head[0]));
  CHECK_TRUE(bytes.size() < text.size() / 10);
  CHECK_TRUE(inflate_message(bytes.payload) == text);
  CHECK_TRUE(frame.bytes(false).payload == text);
}

TEST(Frame, SmallOrIncompressibleMessagesStayPlain) {
  const Frame small(Opcode::kText, std::string(100, 'a'));
  LONGS_EQUAL(0x81, static_cast<unsigned char>(small.bytes(true).head[0]));
}

TEST_GROUP(Outbox){};

TEST(Outbox, GivesTheSameBytesHoweverLittleIsWritten) {
  const std::vector<FramePtr> frames = {tws::text_frame("one"), tws::text_frame(std::string(200'000, 'b')),
                                        tws::text_frame(""), tws::text_frame(std::string(500, 'c'))};
  std::string expected;
  for (const auto& frame : frames) {
    expected += wire(frame);
  }
  for (const std::size_t step : {1UL, 7UL, 65536UL, 1UL << 20}) {
    Outbox outbox(false);
    for (const auto& frame : frames) {
      outbox.push(frame);
    }
    LONGS_EQUAL(expected.size(), outbox.queued_bytes());
    CHECK_TRUE(drain(outbox, step) == expected);
    LONGS_EQUAL(0, outbox.queued_bytes());
  }
}

TEST(Outbox, PutsSmallFramesIntoOneWrite) {
  Outbox outbox(false);
  for (int i = 0; i < 8; ++i) {
    outbox.push(tws::text_frame("delta"));
  }
  std::string scratch;
  LONGS_EQUAL(outbox.queued_bytes(), outbox.next_chunk(scratch).size());
}
