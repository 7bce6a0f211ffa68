#include "websocket/frame.hpp"

#include <CppUTest/TestHarness.h>
#include <zlib.h>

#include <vector>

#include "websocket/outbox.hpp"

using tws::Frame;
using tws::FramePtr;
using tws::Opcode;
using tws::Outbox;

namespace {

// As a client does it (RFC 7692, 7.2.2): the cut tail is put back, then a raw inflate.
std::string inflate_message(std::string_view payload, int window_bits = 15) {
  std::string input(payload);
  input.append("\x00\x00\xff\xff", 4);
  z_stream stream{};
  inflateInit2(&stream, -window_bits);
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

std::string drain(Outbox& outbox) {
  std::string all;
  std::string scratch;
  while (!outbox.empty()) {
    const auto chunk = outbox.next_chunk(scratch);
    all.append(chunk);
    outbox.consume(chunk.size());
  }
  return all;
}

std::string head_of(std::size_t size) {
  return std::string(Frame(Opcode::kText, std::string(size, 'x')).wire(0).substr(0, size < 126 ? 2 : 4));
}

}  // namespace

TEST_GROUP(Frame){};

TEST(Frame, LengthIsWrittenInTheShortestForm) {
  CHECK_TRUE(head_of(125) == std::string("\x81\x7d"));
  CHECK_TRUE(head_of(126) == std::string("\x81\x7e\x00\x7e", 4));
  CHECK_TRUE(head_of(65532) == std::string("\x81\x7e\xff\xfc"));
  CHECK_TRUE(Frame(Opcode::kBinary, "").wire(0) == std::string("\x82\x00", 2));
}

TEST(Frame, LongMessagesAreCutIntoFragments) {
  const std::string text = std::string(65532, 'a') + std::string(65532, 'b') + "c";
  const Frame frame(Opcode::kText, text);
  const auto wire = frame.wire(0);
  LONGS_EQUAL(2 * Frame::kFragment + 3, wire.size());
  CHECK_TRUE(wire.substr(0, 5) == std::string("\x01\x7e\xff\xfc"
                                              "a"));
  CHECK_TRUE(wire.substr(Frame::kFragment, 5) == std::string("\x00\x7e\xff\xfc"
                                                             "b",
                                                             5));
  CHECK_TRUE(wire.substr(2 * Frame::kFragment) == std::string("\x80\x01"
                                                              "c"));
}

TEST(Frame, GivesBackWhatItWasMadeOf) {
  for (const std::size_t size : {0UL, 1UL, 125UL, 126UL, 65531UL, 65532UL, 65533UL, 200'000UL}) {
    std::string text;
    while (text.size() < size) {
      text.push_back(static_cast<char>('a' + text.size() % 26));
    }
    CHECK_TRUE(Frame(Opcode::kText, text).payload() == text);
  }
}

TEST(Frame, DeflatedMessageStandsAlone) {
  const std::string text(200'000, 'a');
  const Frame frame(Opcode::kText, text);
  const auto wire = frame.wire(15);
  LONGS_EQUAL(0xC1, static_cast<unsigned char>(wire[0]));
  CHECK_TRUE(wire.size() < text.size() / 10);
  CHECK_TRUE(inflate_message(wire.substr(wire[1] == 126 ? 4 : 2)) == text);
  CHECK_TRUE(frame.wire(0).size() > text.size());
}

TEST(Frame, KeepsToTheWindowOfAClient) {
  const Frame frame(Opcode::kText, std::string(200'000, 'a'));
  for (const int bits : {9, 12, 15}) {
    const auto wire = frame.wire(bits);
    LONGS_EQUAL(0xC1, static_cast<unsigned char>(wire[0]));
    CHECK_TRUE(inflate_message(wire.substr(wire[1] == 126 ? 4 : 2), bits) == std::string(200'000, 'a'));
  }
  LONGS_EQUAL(0x01, static_cast<unsigned char>(frame.wire(8)[0]));
}

TEST(Frame, SmallOrIncompressibleMessagesStayPlain) {
  const Frame small(Opcode::kText, std::string(100, 'a'));
  LONGS_EQUAL(0x81, static_cast<unsigned char>(small.wire(15)[0]));
}

// RFC 6455, 5.4, and RFC 7692, 6.1: RSV1 is on the first frame alone, and says it of the whole message.
TEST(Frame, OneRestServesSeveralBeginnings) {
  const std::string text(100'000, 'a');
  const auto rest = std::make_shared<const Frame>(Opcode::kContinuation, text);
  for (const std::string& beginning : {std::string("[8,\"x\""), std::string(1000, 'b')}) {
    const Frame first(Opcode::kText, beginning, rest);
    CHECK_TRUE(first.payload() == beginning);
    LONGS_EQUAL(0x01, static_cast<unsigned char>(first.wire(0)[0]));
    LONGS_EQUAL(0x00, static_cast<unsigned char>(rest->wire(0)[0]));

    const auto head = first.wire(15);
    const auto tail = rest->wire(15);
    LONGS_EQUAL(0x41, static_cast<unsigned char>(head[0]));
    LONGS_EQUAL(0x80, static_cast<unsigned char>(tail[0]));
    CHECK_TRUE(inflate_message(std::string(head.substr(head[1] == 126 ? 4 : 2)) +
                               std::string(tail.substr(tail[1] == 126 ? 4 : 2))) == beginning + text);
  }
}

TEST(Frame, BeginningIsPlainWhereTheRestIs) {
  const auto rest = std::make_shared<const Frame>(Opcode::kContinuation, ",1]");
  const Frame first(Opcode::kText, "[8,\"x\"", rest);
  CHECK_TRUE(first.wire(15) == std::string("\x01\x06[8,\"x\""));
  CHECK_TRUE(rest->wire(15) == std::string("\x80\x03,1]"));
}

TEST_GROUP(Outbox){};

TEST(Outbox, GivesWholeFragmentsInOrder) {
  const std::vector<FramePtr> frames = {tws::text_frame("one"), tws::text_frame(std::string(200'000, 'b')),
                                        tws::text_frame(""), tws::text_frame(std::string(500, 'c'))};
  std::string expected;
  Outbox outbox(0);
  for (const auto& frame : frames) {
    expected += frame->wire(0);
    outbox.push(frame);
  }
  LONGS_EQUAL(expected.size(), outbox.queued_bytes());
  std::string scratch;
  STRCMP_EQUAL("\x81\x03one", std::string(outbox.next_chunk(scratch)).c_str());
  CHECK_TRUE(drain(outbox) == expected);
  LONGS_EQUAL(0, outbox.queued_bytes());
}

TEST(Outbox, PutsSmallFramesIntoOneWrite) {
  Outbox outbox(0);
  for (int i = 0; i < 8; ++i) {
    outbox.push(tws::text_frame("delta"));
  }
  std::string scratch;
  LONGS_EQUAL(outbox.queued_bytes(), outbox.next_chunk(scratch).size());
}

TEST(Outbox, UrgentBytesGoOutBetweenTwoFragments) {
  Outbox outbox(0);
  const auto frame = tws::text_frame(std::string(100'000, 'a'));
  outbox.push(frame);
  std::string scratch;
  outbox.next_chunk(scratch);
  outbox.consume(100);
  outbox.push_urgent("PING");
  const std::string rest = drain(outbox);
  const std::string wire(frame->wire(0));
  CHECK_TRUE(rest == wire.substr(100, Frame::kFragment - 100) + "PING" + wire.substr(Frame::kFragment));
  LONGS_EQUAL(0, outbox.queued_bytes());
}

TEST(Outbox, KeepsItsPlaceWhereverAWriteStops) {
  for (const std::size_t step : {1U, 2U, 7U, 1000U}) {
    Outbox outbox(0);
    std::string expected = "HEADPONG";
    outbox.push_urgent("HEAD");
    outbox.push_urgent("PONG");
    for (const std::size_t size : {3U, 200U, 70'000U, 0U, 5U}) {
      const auto frame = tws::text_frame(std::string(size, 'x'));
      expected += frame->wire(0);
      outbox.push(frame);
    }
    std::string all;
    std::string scratch;
    while (!outbox.empty()) {
      const auto part = outbox.next_chunk(scratch).substr(0, step);
      all.append(part);
      outbox.consume(part.size());
    }
    CHECK_TRUE(all == expected);
    LONGS_EQUAL(0, outbox.queued_bytes());
  }
}

TEST(Outbox, ClearedStillEndsItsFragment) {
  Outbox outbox(0);
  const auto frame = tws::text_frame(std::string(100'000, 'a'));
  outbox.push(frame);
  outbox.push(tws::text_frame("never"));
  outbox.consume(100);
  outbox.clear();
  outbox.push(tws::text_frame("last"));
  CHECK_TRUE(drain(outbox) == std::string(frame->wire(0).substr(100, Frame::kFragment - 100)) + "\x81\x04last");
}

TEST(Outbox, BoundsWhatIsUrgent) {
  Outbox outbox(0);
  for (int i = 0; i < 10'000; ++i) {
    outbox.push_urgent(std::to_string(i) + ";");
  }
  CHECK_TRUE(outbox.queued_bytes() < 2000);
  const std::string all = drain(outbox);
  CHECK_TRUE(all.substr(0, 2) == "0;");
  CHECK_TRUE(all.substr(all.size() - 5) == "9999;");
}

TEST(Outbox, WhatDeflatesToNothingIsNotForNothing) {
  constexpr std::size_t kSize = 8UL << 20;
  Outbox outbox(15);
  outbox.push(tws::text_frame(std::string(kSize, '0')));
  CHECK_TRUE(outbox.queued_bytes() < kSize / 100);
  CHECK_TRUE(outbox.cost() >= kSize / 8);
  drain(outbox);
  LONGS_EQUAL(0, outbox.cost());
}
