#include "io/zmq_socket.hpp"

#include <CppUTest/TestHarness.h>

using tws::ZmqContext;
using tws::ZmqMessage;
using tws::ZmqSocket;
using tws::ZmqWatcher;

namespace {

constexpr const char* kEndpoint = "inproc://test";
constexpr std::size_t kMaxFrames = 2;
constexpr int kMessages = 10;

ZmqSocket opened(ZmqContext& context, int type) {
  auto socket = ZmqSocket::open(context, type);
  CHECK_TRUE(static_cast<bool>(socket));
  return std::move(*socket);
}

}  // namespace

TEST_GROUP(ZmqSocketTest) {
  ZmqContext context;
  ZmqSocket pull = opened(context, ZMQ_PULL);
  ZmqSocket push = opened(context, ZMQ_PUSH);
  struct ev_loop* loop = ev_loop_new(EVFLAG_AUTO);
  ZmqMessage message;

  void connect() {
    CHECK_TRUE(static_cast<bool>(pull.bind(kEndpoint)));
    CHECK_TRUE(static_cast<bool>(push.connect(kEndpoint)));
  }
  void teardown() override { ev_loop_destroy(loop); }
};

TEST(ZmqSocketTest, GivesMessagesWithTheirFrames) {
  connect();
  CHECK_TRUE(push.send({"head", "body"}));
  CHECK_TRUE(pull.receive(message, kMaxFrames) == ZmqSocket::Outcome::kMessage);
  CHECK_TRUE(message == (ZmqMessage{"head", "body"}));
  CHECK_TRUE(pull.receive(message, kMaxFrames) == ZmqSocket::Outcome::kNothing);
}

TEST(ZmqSocketTest, LeavesOutWhatHasTooManyFrames) {
  connect();
  CHECK_TRUE(push.send({"1", "2", "3"}));
  CHECK_TRUE(push.send({"next"}));
  CHECK_TRUE(pull.receive(message, kMaxFrames) == ZmqSocket::Outcome::kTooManyFrames);
  CHECK_TRUE(pull.receive(message, kMaxFrames) == ZmqSocket::Outcome::kMessage);
  CHECK_TRUE(message == ZmqMessage{"next"});
}

TEST(ZmqSocketTest, DropsAMessageOfManyFramesInSeveralCalls) {
  connect();
  CHECK_TRUE(push.send(ZmqMessage(2'500, "frame")));
  CHECK_TRUE(push.send({"next"}));
  for (int i = 0; i < 2; ++i) {
    CHECK_TRUE(pull.receive(message, kMaxFrames) == ZmqSocket::Outcome::kNothing);
    CHECK_TRUE((pull.ready() & ZMQ_POLLIN) != 0);
  }
  CHECK_TRUE(pull.receive(message, kMaxFrames) == ZmqSocket::Outcome::kTooManyFrames);
  CHECK_TRUE(pull.receive(message, kMaxFrames) == ZmqSocket::Outcome::kMessage);
  CHECK_TRUE(message == ZmqMessage{"next"});
}

TEST(ZmqSocketTest, SendsNothingToNobody) {
  CHECK_TRUE(static_cast<bool>(push.set(ZMQ_SNDHWM, 1)));
  CHECK_FALSE(push.send({"lost"}));
}

TEST(ZmqSocketTest, SaysWhatIsWrongWithAnEndpoint) {
  const auto bound = pull.bind("tcp://nowhere");
  CHECK_FALSE(static_cast<bool>(bound));
  STRCMP_CONTAINS("tcp://nowhere", bound.error().message.c_str());
}

TEST(ZmqSocketTest, WatcherTellsOnceInEachTurnUntilAllIsRead) {
  connect();
  int turns = 0;
  ZmqWatcher watcher(loop, pull, [&] {
    ++turns;
    CHECK_TRUE(pull.receive(message, kMaxFrames) == ZmqSocket::Outcome::kMessage);
    if (turns == kMessages) {
      ev_break(loop, EVBREAK_ALL);
    }
  });
  watcher.want(ZMQ_POLLIN);
  for (int i = 0; i < kMessages; ++i) {
    CHECK_TRUE(push.send({std::to_string(i)}));
  }
  ev_run(loop, 0);
  LONGS_EQUAL(kMessages, turns);
  STRCMP_EQUAL("9", message.front().c_str());
}

TEST(ZmqSocketTest, WatcherThatWantsNothingTellsNothing) {
  connect();
  int told = 0;
  ZmqWatcher watcher(loop, pull, [&told] { ++told; });
  CHECK_TRUE(push.send({"waits"}));
  ev_run(loop, EVRUN_NOWAIT);
  LONGS_EQUAL(0, told);
  watcher.want(ZMQ_POLLIN);
  ev_run(loop, EVRUN_NOWAIT);
  LONGS_EQUAL(1, told);
}
