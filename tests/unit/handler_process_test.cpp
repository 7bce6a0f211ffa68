#include "handlers/handler_process.hpp"

#include <CppUTest/TestHarness.h>
#include <sys/socket.h>

#include <array>
#include <vector>

using tws::Fd;
using tws::HandlerPortListener;
using tws::HandlerProcess;
using tws::JobFrame;
using tws::JobFrameReader;
using tws::Json;
namespace handler_event = tws::handler_event;

namespace {

struct Loop {
  ~Loop() { ev_loop_destroy(loop); }
  struct ev_loop* loop = ev_loop_new(EVFLAG_AUTO);
};

constexpr auto kSilence = std::chrono::milliseconds(50);

class Listener final : public HandlerPortListener {
 public:
  void on_begin() override { ++begun; }
  void on_room() override { ++rooms; }
  void on_frame(const JobFrame& frame) override { frames.push_back(tws::text_member(frame.header.get(), "type")); }
  void on_lost() override { ++lost; }

  int begun = 0;
  int lost = 0;
  int rooms = 0;
  std::vector<std::string> frames;
};

}  // namespace

TEST_GROUP(HandlerProcess) {
  Loop own;  // outlives the others
  struct ev_loop* loop = own.loop;
  std::vector<pid_t> replaced;
  Listener listener;
  HandlerProcess process{loop, [this](pid_t pid) { replaced.push_back(pid); }, kSilence};
  Fd end;  // the process's
  const Json job{json_pack("{ss si}", "type", "job", "id", 1)};

  void begin(pid_t pid) {
    std::array<int, 2> pair{};
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data());
    end.reset(pair[1]);
    process.attach(pid, Fd(pair[0]), "{}", listener);
  }
  void turn() { ev_run(loop, EVRUN_NOWAIT); }
  void say(const char* header) {
    std::string bytes;
    tws::append_job_frame(bytes, tws::parse_json(header)->get());
    CHECK(send(end.get(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    turn();
  }
  // The names of what it was told.
  std::vector<std::string> told() {
    std::vector<std::string> names;
    JobFrameReader reader;
    std::array<char, 65536> buffer{};
    for (ssize_t size = 0; (size = recv(end.get(), buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0; turn()) {
      reader.feed({buffer.data(), static_cast<std::size_t>(size)});
    }
    for (JobFrame frame; *reader.next(frame);) {
      names.push_back(tws::text_member(frame.header.get(), "type") + " " +
                      tws::text_member(frame.header.get(), "name"));
    }
    return names;
  }
  void be_silent() {
    const auto until = HandlerProcess::Clock::now() + 2 * kSilence;
    while (HandlerProcess::Clock::now() < until) {
      turn();
    }
    process.tick();
  }
};

TEST(HandlerProcess, TakesJobsFromItsReadyOn) {
  CHECK_FALSE(process.send(job.get(), "{}"));
  begin(1);
  CHECK_FALSE(process.send(job.get(), "{}"));
  say(R"({"type":"ready"})");
  LONGS_EQUAL(1, listener.begun);
  CHECK(process.send(job.get(), "{}"));
  CHECK((told() == std::vector<std::string>{"configure ", "job "}));
  say(R"({"type":"ready"})");
  LONGS_EQUAL(1, listener.begun);
}

TEST(HandlerProcess, IsToldWhatItAskedFor) {
  begin(1);
  CHECK(process.wants(handler_event::kCall));
  process.tell(handler_event::kOpen, "{}");
  say(R"({"type":"ready","events":["close","call","nonsense",1]})");
  CHECK(process.wants(handler_event::kCall) && !process.wants(handler_event::kPublish));
  process.tell(handler_event::kOpen, "{}");
  process.tell(handler_event::kClose, "{}");
  CHECK((told() == std::vector<std::string>{"configure ", "event close"}));
}

TEST(HandlerProcess, IsReplacedOnceWhenItHasJobsAndSaysNothing) {
  begin(7);
  say(R"({"type":"ready"})");
  be_silent();
  CHECK(replaced.empty());
  CHECK(process.send(job.get(), "{}"));
  be_silent();
  be_silent();
  CHECK((replaced == std::vector<pid_t>{7}));
  begin(8);
  LONGS_EQUAL(1, listener.lost);
  say(R"({"type":"ready"})");
  CHECK(process.send(job.get(), "{}"));
  say(R"({"type":"result","id":1})");
  be_silent();
  LONGS_EQUAL(1, static_cast<long>(replaced.size()));
}

TEST(HandlerProcess, ThatSaysSomethingWorks) {
  begin(7);
  say(R"({"type":"ready"})");
  CHECK(process.send(job.get(), "{}"));
  for (int i = 0; i < 4; ++i) {
    const auto until = HandlerProcess::Clock::now() + kSilence / 2;
    while (HandlerProcess::Clock::now() < until) {
      turn();
    }
    say(R"({"type":"log"})");
    process.tick();
  }
  CHECK(replaced.empty());
}

TEST(HandlerProcess, ThatDoesNotReadIsReplaced) {
  begin(7);
  say(R"({"type":"ready"})");
  const std::string body(1UL << 20, ' ');
  for (std::size_t told = 0; told <= HandlerProcess::kMaxWaiting; told += body.size()) {
    process.tell(handler_event::kOpen, body);
  }
  CHECK(replaced.empty());
  process.tell(handler_event::kOpen, body);
  process.tell(handler_event::kOpen, body);
  CHECK((replaced == std::vector<pid_t>{7}));
}

TEST(HandlerProcess, ThatReadsWorksHoweverMuchItIsTold) {
  begin(7);
  say(R"({"type":"ready"})");
  process.tell(handler_event::kOpen, std::string(16UL << 20, ' '));
  CHECK(process.send(job.get(), "{}"));
  std::array<char, 65536> buffer{};
  for (int i = 0; i < 6; ++i) {
    const auto until = HandlerProcess::Clock::now() + kSilence / 2;
    for (int reads = 0; reads < 8; ++reads) {
      CHECK(recv(end.get(), buffer.data(), buffer.size(), MSG_DONTWAIT) > 0);
      turn();
    }
    process.tick();
    while (HandlerProcess::Clock::now() < until) {
      turn();
    }
  }
  CHECK(replaced.empty());
  be_silent();
  be_silent();
  CHECK((replaced == std::vector<pid_t>{7}));
}

TEST(HandlerProcess, TellsOfRoomForJobsThatItRefused) {
  begin(7);
  say(R"({"type":"ready"})");
  process.tell(handler_event::kOpen, std::string(HandlerProcess::kMaxWaiting + (4UL << 20), ' '));
  CHECK_FALSE(process.send(job.get(), "{}"));
  process.tick();
  LONGS_EQUAL(0, listener.rooms);
  std::array<char, 65536> buffer{};
  while (recv(end.get(), buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) {
    turn();
  }
  process.tick();
  process.tick();
  LONGS_EQUAL(1, listener.rooms);
  CHECK(process.send(job.get(), "{}"));
}

TEST(HandlerProcess, IsAwaitedUntilEachJobIsAnswered) {
  begin(7);
  say(R"({"type":"ready"})");
  const Json other(json_pack("{ss si}", "type", "job", "id", 2));
  CHECK(process.send(job.get(), "{}") && process.send(other.get(), "{}"));
  say(R"({"type":"result","id":1})");
  say(R"({"type":"result","id":1})");
  be_silent();
  CHECK((replaced == std::vector<pid_t>{7}));
}

TEST(HandlerProcess, IsToldOfErrorsOnlyWhileItReads) {
  begin(7);
  say(R"({"type":"ready"})");
  for (int i = 0; i < 100'000; ++i) {
    process.tell(handler_event::kError, "{}");
  }
  CHECK(replaced.empty());
  const auto names = told();
  CHECK(names.size() > 100 && names.size() < 50'000);
}

TEST(HandlerProcess, ThatHangsUpAndDoesNotEndIsKilled) {
  begin(7);
  end.reset();
  turn();
  LONGS_EQUAL(1, listener.lost);
  process.tick();
  CHECK(replaced.empty());
  LONGS_EQUAL(7, process.pid());
}
