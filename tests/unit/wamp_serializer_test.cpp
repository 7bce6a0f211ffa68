#include <CppUTest/TestHarness.h>

#include "wamp/message.hpp"
#include "wamp/serializer.hpp"

using tws::wamp::decode;
using tws::wamp::kSerializers;
using tws::wamp::MessageBuilder;
using tws::wamp::MessageType;
using tws::wamp::parse_message;
using tws::wamp::payload_of;
using tws::wamp::Serializer;
using tws::wamp::Value;

namespace {

std::string encoded(Serializer serializer, const Value& value) {
  std::string bytes;
  tws::wamp::encode(bytes, serializer, value);
  return bytes;
}

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) {
    out.push_back(static_cast<char>(value));
  }
  return out;
}

const Value kExample = {1,
                        -1,
                        1ULL << 53,
                        1.5,
                        true,
                        nullptr,
                        "snow \xe2\x98\x83",
                        Value::array(),
                        Value::object(),
                        {{"binary", Value::binary({0, 1, 255})}, {"list", {1, {2, {3}}}}}};

}  // namespace

TEST_GROUP(WampSerializer){};

TEST(WampSerializer, EachGivesBackWhatItGot) {
  for (const Serializer serializer : kSerializers) {
    const auto decoded = decode(serializer, encoded(serializer, kExample));
    CHECK_TRUE(decoded && *decoded == kExample);
  }
}

TEST(WampSerializer, BinaryIsATextInJson) {
  const std::string text = encoded(Serializer::kJson, Value::binary({'a', 'b', 'c', 0}));
  STRCMP_EQUAL(R"("\u0000YWJjAA==")", text.c_str());
  CHECK_TRUE(decode(Serializer::kJson, text)->is_binary());
  // What is none stays a text.
  CHECK_TRUE(decode(Serializer::kJson, R"("\u0000no base64")")->is_string());
  CHECK_TRUE(decode(Serializer::kJson, R"("\u0000YQ=")")->is_string());
}

TEST(WampSerializer, TextThatIsNotUtf8IsRefused) {
  CHECK_FALSE(decode(Serializer::kCbor, bytes({0x61, 0xff})));
  CHECK_FALSE(decode(Serializer::kMsgpack, bytes({0xa1, 0xff})));
  CHECK_FALSE(decode(Serializer::kCbor, bytes({0xa1, 0x61, 0xff, 0x01})));
}

TEST(WampSerializer, KeysAreTextsAndOneOfEach) {
  CHECK_FALSE(decode(Serializer::kJson, R"({"a":1,"a":2})"));
  CHECK_FALSE(decode(Serializer::kCbor, bytes({0xa2, 0x61, 'a', 1, 0x61, 'a', 2})));
  CHECK_FALSE(decode(Serializer::kMsgpack, bytes({0x82, 0xa1, 'a', 1, 0xa1, 'a', 2})));
  CHECK_FALSE(decode(Serializer::kCbor, bytes({0xa1, 1, 1})));
  CHECK_FALSE(decode(Serializer::kMsgpack, bytes({0x81, 1, 1})));
}

TEST(WampSerializer, DepthAndNumberOfValuesAreBounded) {
  for (const Serializer serializer : kSerializers) {
    Value deep = 1;
    for (std::size_t i = 0; i < tws::wamp::kMaxDepth; ++i) {
      deep = Value::array({deep});
    }
    CHECK_TRUE(decode(serializer, encoded(serializer, deep)));
    const auto deeper = decode(serializer, encoded(serializer, Value::array({deep})));
    STRCMP_EQUAL("wamp.error.payload_size_exceeded", deeper.error().uri.c_str());
    Value many = Value::array();
    for (std::size_t i = 0; i < tws::wamp::kMaxValues; ++i) {
      many.push_back(0);
    }
    STRCMP_EQUAL("wamp.error.payload_size_exceeded", decode(serializer, encoded(serializer, many)).error().uri.c_str());
  }
}

TEST(WampSerializer, WhatIsCutOrHasMoreBehindItIsRefused) {
  for (const Serializer serializer : kSerializers) {
    const std::string whole = encoded(serializer, kExample);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CHECK_FALSE(decode(serializer, whole.substr(0, size)));
    }
    CHECK_FALSE(decode(serializer, whole + encoded(serializer, 1)));
  }
}

TEST(WampSerializer, CborInAllItsForms) {
  const auto is = [](const char* json, std::initializer_list<int> cbor) {
    const auto decoded = decode(Serializer::kCbor, bytes(cbor));
    CHECK_TEXT(decoded && *decoded == Value::parse(json), json);
  };
  is("[1,[2,3]]", {0x9f, 0x01, 0x82, 0x02, 0x03, 0xff});                                        // indefinite list
  is(R"({"a":1,"b":[2]})", {0xbf, 0x61, 'a', 0x01, 0x61, 'b', 0x9f, 0x02, 0xff, 0xff});         // and dictionary
  is(R"("streaming")", {0x7f, 0x65, 's', 't', 'r', 'e', 'a', 0x64, 'm', 'i', 'n', 'g', 0xff});  // text in pieces
  is(R"({"ab":1})", {0xa1, 0x7f, 0x61, 'a', 0x61, 'b', 0xff, 0x01});                            // a key in pieces
  is("null", {0xf7});                                                                           // undefined
  is("1.5", {0xf9, 0x3e, 0x00});                                                                // half precision
  is("-500", {0x39, 0x01, 0xf3});
  is("[1]", {0xd8, 0x20, 0x81, 0xc1, 0x01});  // tags
  for (const auto& bad :
       {bytes({0xff}), bytes({0xbf, 0x61, 'a', 0xff}), bytes({0x7f, 0x01, 0xff}), bytes({0x7f, 0x41, 'a', 0xff}),
        bytes({0x5f, 0x61, 'a', 0xff}), bytes({0x9f}), bytes({0x7f, 0x7f, 0xff, 0xff}), bytes({0x1c}),
        bytes({0xf8, 0x20}), bytes({0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})}) {
    CHECK_FALSE(decode(Serializer::kCbor, bad));
  }
}

TEST(WampSerializer, NumbersAndAbsenceAsJavaScriptsLibrariesWriteThem) {
  // An id as a double, of cbor-x and msgpackr; `undefined` of the latter.
  CHECK_TRUE(*decode(Serializer::kMsgpack, bytes({0xcb, 0x43, 0x3f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})) ==
             Value(9007199254740991ULL));
  CHECK_TRUE(decode(Serializer::kMsgpack, bytes({0xd4, 0x00, 0x00}))->is_null());
  CHECK_TRUE(decode(Serializer::kMsgpack, bytes({0xd4, 0x01, 0x00}))->is_binary());
}

TEST_GROUP(WampPayload){};

TEST(WampPayload, GoesOnAsItCame) {
  // A bignum, an integer that JSON's numbers cannot hold, blanks.
  const std::string arguments = bytes({0x82, 0xc2, 0x41, 0x07, 0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
  const std::string head = bytes({0x86, 0x10, 0x01, 0xa0, 0x63, 'a', '.', 'b'});
  const std::string message = head + arguments + bytes({0xa1, 0x61, 'k', 0xd8, 0x40, 0x41, 0x00});
  const auto publish = parse_message(Serializer::kCbor, message);
  CHECK_TRUE(publish);
  const auto payload = payload_of(*publish);
  CHECK_TRUE(payload.args.in(Serializer::kCbor) == arguments);
  CHECK_TRUE(payload.kwargs.in(Serializer::kJson) == R"({"k":"\u0000AA=="})");
  const auto spaced = parse_message(Serializer::kJson, R"([16, 1, {}, "a.b", [ 1.0 , 1e2 ] , {"x" : 2}])");
  STRCMP_EQUAL("[ 1.0 , 1e2 ]", std::string(payload_of(*spaced).args.in(Serializer::kJson)).c_str());
  STRCMP_EQUAL(R"({"x" : 2})", std::string(payload_of(*spaced).kwargs.in(Serializer::kJson)).c_str());
}

TEST(WampPayload, IsCheckedAllTheSame) {
  for (const char* bad : {R"([16,1,{},"a.b",{}])", R"([16,1,{},"a.b",[],[]])", R"([16,1,{},"a.b",[],{},[]])",
                          R"([16,1,{},"a.b",1])", R"([16,1,{},"a.b",[1])"}) {
    CHECK_FALSE_TEXT(parse_message(Serializer::kJson, bad), bad);
  }
  CHECK_FALSE(parse_message(Serializer::kCbor, bytes({0x85, 0x10, 0x01, 0xa0, 0x63, 'a', '.', 'b', 0x81, 0x61, 0xff})));
}

TEST(WampPayload, NullIsAbsent) {
  const auto publish = parse_message(Serializer::kJson, R"([16,1,{},"a.b",null,{"x":1}])");
  CHECK_TRUE(publish);
  MessageBuilder builder(Serializer::kJson, MessageType::kPublish);
  STRCMP_EQUAL(R"([16,[],{"x":1}])", builder.payload(payload_of(*publish)).finish().c_str());
  const auto both = parse_message(Serializer::kJson, R"([16,1,{},"a.b",null,null])");
  STRCMP_EQUAL("[16]",
               MessageBuilder(Serializer::kJson, MessageType::kPublish).payload(payload_of(*both)).finish().c_str());
}

TEST(WampPayload, IsTheSameInEachSerializer) {
  const std::string args = encoded(Serializer::kMsgpack, Value::array({kExample}));
  const tws::wamp::Fragment fragment(Serializer::kMsgpack, args);
  for (const Serializer serializer : kSerializers) {
    CHECK_TRUE(*decode(serializer, fragment.in(serializer)) == Value::array({kExample}));
  }
}

TEST(WampPayload, TagsAndExtensionsThatAReaderMayNotTakeAreLeftOut) {
  // A date that is none; a list behind a tag of bytes; a tag and nothing behind it.
  const std::string head = bytes({0x85, 0x10, 0x01, 0xa0, 0x63, 'a', '.', 'b'});
  const std::string date = head + bytes({0x81, 0xc0, 0x61, 'x'});
  CHECK_TRUE(payload_of(*parse_message(Serializer::kCbor, date)).args.in(Serializer::kCbor) ==
             bytes({0x81, 0x61, 'x'}));
  CHECK_FALSE(parse_message(Serializer::kCbor, head + bytes({0x81, 0xc2, 0x80})));
  CHECK_FALSE(parse_message(Serializer::kCbor, head + bytes({0x9f, 0xc1, 0xff})));
  const std::string extension = bytes({0x95, 0x10, 0x01, 0x80, 0xa3, 'a', '.', 'b', 0x91, 0xd5, 0xff, 1, 2});
  CHECK_TRUE(payload_of(*parse_message(Serializer::kMsgpack, extension)).args.in(Serializer::kMsgpack) ==
             bytes({0x91, 0xc4, 2, 1, 2}));
}

TEST(WampPayload, NothingStandsBehindIt) {
  CHECK_FALSE(
      parse_message(Serializer::kMsgpack, bytes({0x97, 0x10, 0x01, 0x80, 0xa3, 'a', '.', 'b', 0xc0, 0xc0, 0xc0})));
}

TEST(WampSerializer, DeepBinaryBecomesJsonInOneGo) {
  // One copy of a message, not one for each level.
  Value nested = Value::array({Value::binary({1})});
  for (int i = 0; i < 20'000; ++i) {
    nested.push_back(Value::array());
  }
  for (int i = 0; i < 50; ++i) {
    nested = Value::array({std::move(nested)});
  }
  CHECK_TRUE(encoded(Serializer::kJson, nested).find("AQ==") != std::string::npos);
}
