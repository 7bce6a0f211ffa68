// Frames of the worker protocol, however the stream is cut.
#include <CppUTest/TestHarness.h>

#include <string>

#include "wire/job_frame.hpp"

using tws::append_job_frame;
using tws::JobFrame;
using tws::JobFrameReader;
using tws::Json;

namespace {

Json header(const char* type, int id) { return Json(json_pack("{s:s,s:i}", "type", type, "id", id)); }

std::string prefix(unsigned header_size, unsigned body_size) {
  std::string bytes;
  for (const unsigned size : {header_size, body_size}) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes += static_cast<char>(size >> shift & 0xFF);
    }
  }
  return bytes;
}

}  // namespace

TEST_GROUP(WorkerJobFrame) {
  JobFrameReader reader;
  JobFrame frame;

  void expect_frame(int id, const std::string& body) {
    const auto got = reader.next(frame);
    CHECK(got && *got);
    LONGS_EQUAL(id, tws::integer_member(frame.header.get(), "id").value_or(-1));
    STRCMP_EQUAL(body.c_str(), frame.body.c_str());
  }
  void expect_none() {
    const auto got = reader.next(frame);
    CHECK(got && !*got);
  }
};

TEST(WorkerJobFrame, ArrivesByteByByte) {
  std::string bytes;
  append_job_frame(bytes, header("job", 1).get(), "first");
  append_job_frame(bytes, header("cancel", 2).get());
  int frames = 0;
  for (const char byte : bytes) {
    reader.feed({&byte, 1});
    const auto got = reader.next(frame);
    CHECK(!!got);
    frames += *got ? 1 : 0;
  }
  CHECK_EQUAL(2, frames);
  LONGS_EQUAL(2, tws::integer_member(frame.header.get(), "id").value_or(-1));
}

TEST(WorkerJobFrame, ManyArriveAtOnce) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) {
    append_job_frame(bytes, header("job", i).get(), std::string(i, 'x'));
  }
  reader.feed(bytes);
  for (int i = 0; i < 1000; ++i) {
    expect_frame(i, std::string(i, 'x'));
  }
  expect_none();
}

TEST(WorkerJobFrame, OversizeIsRefusedBeforeItArrives) {
  reader.feed(prefix(tws::kMaxJobHeader + 1, 0));
  CHECK(!reader.next(frame));
  JobFrameReader other;
  other.feed(prefix(2, tws::kMaxJobBody + 1));
  CHECK(!other.next(frame));
}

TEST(WorkerJobFrame, HeaderMustBeAnObjectWithAType) {
  for (const char* header_text : {"{}", "[]", "1", "{\"type\":1}", "not JSON", "{\"type\":\"a\",\"type\":\"b\"}"}) {
    JobFrameReader fresh;
    fresh.feed(prefix(std::string_view(header_text).size(), 0) + header_text);
    CHECK(!fresh.next(frame));
  }
}
