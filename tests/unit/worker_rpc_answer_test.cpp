// What a daemon's HTTP answer means.
#include <CppUTest/TestHarness.h>

#include <string>

#include "worker/rpc_answer.hpp"

using tws::worker::read_rpc_answer;
using tws::worker::RpcOutcome;

namespace {

void expect(RpcOutcome outcome, long status, const std::string& body) {
  const auto reply = read_rpc_answer(status, body);
  LONGS_EQUAL(outcome, reply.outcome);
  CHECK_EQUAL(outcome == RpcOutcome::kSuccess, reply.message.empty());
  CHECK_EQUAL(outcome == RpcOutcome::kSuccess, static_cast<bool>(reply.arguments));
}

}  // namespace

TEST_GROUP(WorkerRpcAnswer){};

TEST(WorkerRpcAnswer, SuccessIsHttp200WithResultSuccess) {
  expect(RpcOutcome::kSuccess, 200, R"({"result":"success","arguments":{"a":1}})");
  expect(RpcOutcome::kSuccess, 200, R"({"result":"success"})");
}

TEST(WorkerRpcAnswer, DaemonsOwnErrorIsToldInItsWords) {
  STRCMP_EQUAL("no fields specified", read_rpc_answer(200, R"({"result":"no fields specified"})").message.c_str());
  expect(RpcOutcome::kRefused, 200, R"({"result":"no fields specified","arguments":{}})");
}

TEST(WorkerRpcAnswer, TurnedAwayByHttpIsNotDone) {
  for (const long status : {301L, 401L, 403L, 404L, 409L, 421L}) {
    expect(RpcOutcome::kUnreachable, status, "<h1>no</h1>");
  }
  CHECK(read_rpc_answer(401, "").unauthorized);
}

TEST(WorkerRpcAnswer, WhatIsNoAnswerLeavesTheOutcomeOpen) {
  expect(RpcOutcome::kLost, 502, "Bad Gateway");
  for (const char* body : {"", "<html>", "[]", "{}", R"({"result":1})", R"({"result":"success")", "\xFF\xFE"}) {
    expect(RpcOutcome::kLost, 200, body);
  }
}

TEST(WorkerRpcAnswer, LongMessagesAreCutBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    text += "\u20AC";
  }
  const auto reply = read_rpc_answer(200, R"({"result":")" + text + "\"}");
  CHECK(reply.message.size() <= 500);
  CHECK(!reply.message.empty());
  CHECK_EQUAL(0, reply.message.size() % 3);
}

TEST(WorkerRpcAnswer, HalfASurrogatePairInANameDoesNotHideTheRest) {
  const auto reply = read_rpc_answer(
      200, R"({"result":"success","arguments":{"name":"\ud8000 \udc00 \ud83d\ude00 \\ud800 \u20ac","next":"b"}})");
  LONGS_EQUAL(RpcOutcome::kSuccess, reply.outcome);
  STRCMP_EQUAL("\uFFFD0 \uFFFD \U0001F600 \\ud800 \u20AC",
               json_string_value(json_object_get(reply.arguments.get(), "name")));
  STRCMP_EQUAL("b", json_string_value(json_object_get(reply.arguments.get(), "next")));
}
