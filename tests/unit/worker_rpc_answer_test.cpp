// What a daemon's HTTP answer means.
#include <CppUTest/TestHarness.h>

#include <string>

#include "worker/rpc_answer.hpp"

using tws::worker::RpcOutcome;
using tws::worker::RpcReply;

namespace {

RpcReply read_rpc_answer(long status, const std::string& body, const char* method = "session-get") {
  return tws::worker::read_rpc_answer(status, body, method);
}

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

TEST(WorkerRpcAnswer, JsonRpcIsUnderstood) {
  expect(RpcOutcome::kSuccess, 200, R"({"jsonrpc":"2.0","result":{"version":"4.1.0"},"id":1})");
  expect(RpcOutcome::kSuccess, 200, R"({"jsonrpc":"2.0","result":null,"id":1})");
  const std::string no_fields =
      R"({"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"error_string":"no fields specified"}}})";
  expect(RpcOutcome::kRefused, 200, no_fields);
  STRCMP_EQUAL("no fields specified", read_rpc_answer(200, no_fields).message.c_str());
  const std::string no_method = R"({"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":1})";
  STRCMP_EQUAL("Method not found", read_rpc_answer(200, no_method).message.c_str());
  expect(RpcOutcome::kRefused, 200, R"({"jsonrpc":"2.0","error":{}})");
  for (const char* body : {R"({"jsonrpc":"2.0","id":1})", R"({"jsonrpc":"2.0","error":"no"})", R"({"jsonrpc":{}})",
                           R"([{"jsonrpc":"2.0","result":{},"id":1}])"}) {
    expect(RpcOutcome::kLost, 200, body);
  }
}

TEST(WorkerRpcAnswer, DuplicateIsNoErrorHoweverItIsTold) {
  const std::string torrent = R"({"hashString":"0123456789abcdef0123456789abcdef01234567","id":3,"name":"a"})";
  const std::string other = R"({"hash_string":"0123456789abcdef0123456789abcdef01234567","id":3,"name":"a"})";
  for (const std::string& body :
       {R"({"result":"success","arguments":{"torrent-duplicate":)" + torrent + "}}",
        R"({"result":"duplicate torrent","arguments":{"torrent-duplicate":)" + torrent + "}}",
        R"({"jsonrpc":"2.0","result":{"torrent_duplicate":)" + other + "}}",
        R"({"jsonrpc":"2.0","error":{"code":1,"message":"","data":{"result":{"torrent_duplicate":)" + other + "}}}}"}) {
    const auto reply = read_rpc_answer(200, body, "torrent-add");
    LONGS_EQUAL(RpcOutcome::kSuccess, reply.outcome);
    STRCMP_EQUAL("0123456789abcdef0123456789abcdef01234567",
                 tws::text_member(json_object_get(reply.arguments.get(), "torrent-duplicate"), "hashString").c_str());
  }
  expect(RpcOutcome::kRefused, 200, R"({"result":"duplicate torrent","arguments":{}})");
}

TEST(WorkerRpcAnswer, ListOfWrongTypesIsNone) {
  const auto outcome_of = [](const std::string& names, const std::string& row) {
    const std::string rows = "[" + names + R"(,["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",)" + row + "]]";
    const auto legacy =
        read_rpc_answer(200, R"({"result":"success","arguments":{"torrents":)" + rows + "}}", "torrent-get");
    return legacy.outcome;
  };
  LONGS_EQUAL(RpcOutcome::kSuccess, outcome_of(R"(["hashString","name","labels"])", R"("a",["b"])"));
  LONGS_EQUAL(RpcOutcome::kSuccess, outcome_of(R"(["hashString","id","status"])", "-1,1.5"));
  LONGS_EQUAL(RpcOutcome::kSuccess, outcome_of(R"(["hashString","trackers"])", R"([{"announce":"http://a/","id":0}])"));
  LONGS_EQUAL(RpcOutcome::kSuccess, outcome_of(R"(["hashString","unknown"])", "{}"));
  for (const auto& [field, row] : {std::pair{"name", "1"},
                                   {"name", "null"},
                                   {"name", "[]"},
                                   {"id", "1.5"},
                                   {"id", R"("1")"},
                                   {"status", R"("4")"},
                                   {"status", "null"},
                                   {"isStalled", R"("no")"},
                                   {"labels", R"("a")"},
                                   {"labels", "[1]"},
                                   {"trackers", "{}"},
                                   {"trackers", "[[]]"},
                                   {"trackers", R"([{"announce":{"a":{}}}])"},
                                   {"name", R"("a","b")"}}) {
    LONGS_EQUAL(RpcOutcome::kLost, outcome_of(std::string(R"(["hashString",")") + field + R"("])", row));
  }
}

TEST(WorkerRpcAnswer, ListWithATorrentTwiceIsNone) {
  expect(RpcOutcome::kLost, 200,
         R"({"result":"success","arguments":{"torrents":[["hashString"],
            ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"],["Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]]}})");
}

TEST(WorkerRpcAnswer, ListWithAColumnTwiceIsNone) {
  expect(RpcOutcome::kLost, 200,
         R"({"result":"success","arguments":{"torrents":[["hashString","eta","eta"],
            ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",1,2]]}})");
}

TEST(WorkerRpcAnswer, DepthIsBounded) {
  constexpr std::size_t kDeep = 1'000'000;
  expect(RpcOutcome::kLost, 200,
         R"({"result":"success","arguments":{"a":)" + std::string(kDeep, '[') + std::string(kDeep, ']') + "}}");
}

TEST(WorkerRpcAnswer, TurnedAwayByHttpIsNotDone) {
  for (const long status : {301L, 401L, 403L, 404L, 409L, 421L}) {
    expect(RpcOutcome::kUnreachable, status, "<h1>no</h1>");
  }
  CHECK(read_rpc_answer(401, "").unauthorized);
}

TEST(WorkerRpcAnswer, WhatAProxyHasAgainstOneRequestIsOfThatRequest) {
  for (const long status : {400L, 408L, 413L, 429L}) {
    expect(RpcOutcome::kRefused, status, "<h1>no</h1>");
  }
}

TEST(WorkerRpcAnswer, WhatIsNoAnswerLeavesTheOutcomeOpen) {
  expect(RpcOutcome::kLost, 502, "Bad Gateway");
  expect(RpcOutcome::kLost, 204, "");
  for (const char* body : {"", "<html>", "[]", "{}", R"({"result":1})", R"({"result":"success")", "\xFF\xFE"}) {
    expect(RpcOutcome::kLost, 200, body);
    CHECK(read_rpc_answer(200, body).unreadable);
  }
  CHECK_FALSE(read_rpc_answer(502, "Bad Gateway").unreadable);
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
