// WAMP's own test vectors: tests/unit/wamp-vectors.
#include <CppUTest/TestHarness.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "wamp/message.hpp"

using tws::wamp::decode;
using tws::wamp::Serializer;
using tws::wamp::Value;

namespace {

constexpr std::pair<const char*, Serializer> kSerializers[] = {
    {"json", Serializer::kJson}, {"cbor", Serializer::kCbor}, {"msgpack", Serializer::kMsgpack}};

std::vector<Value> samples() {
  std::vector<Value> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("tests/unit/wamp-vectors")) {
    if (entry.path().extension() == ".json") {
      std::ifstream file(entry.path());
      const Value vector = Value::parse(file);
      for (Value sample : vector["samples"]) {
        sample["file"] = entry.path().filename().string();
        sample["type"] = vector["wamp_message_code"];
        all.push_back(std::move(sample));
      }
    }
  }
  return all;
}

std::string bytes_of(const Value& variant) {
  const std::string hex = variant["bytes_hex"];
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

std::string name_of(const Value& sample) {
  return sample["file"].get<std::string>() + ": " + sample.value("description", "");
}

// Encrypted payloads in place of arguments are not served (docs/wamp.md, payload passthru mode).
bool has_encrypted_payload(const Value& message) {
  return message.size() > 2 && std::any_of(message.begin(), message.end(), [](const Value& field) {
           return field.is_object() && field.contains("enc_algo");
         });
}

}  // namespace

TEST_GROUP(WampVectors){};

TEST(WampVectors, EachSerializerSaysTheSame) {
  int compared = 0;
  for (const Value& sample : samples()) {
    if (!sample.contains("serializers")) {
      continue;
    }
    const Value& first = sample["serializers"]["json"][0];
    const auto expected = decode(Serializer::kJson, bytes_of(first));
    CHECK_TEXT(bool(expected), name_of(sample).c_str());
    for (const auto& [name, serializer] : kSerializers) {
      const Value& variants = sample["serializers"][name];
      std::string encoded;
      tws::wamp::encode(encoded, serializer, *expected);
      bool is_one_of_them = false;
      for (const Value& variant : variants) {
        const std::string bytes = bytes_of(variant);
        const auto decoded = decode(serializer, bytes);
        CHECK_TEXT(decoded && *decoded == *expected, (name_of(sample) + ", " + name).c_str());
        // Ours has the keys of a dictionary in another order.
        is_one_of_them = is_one_of_them || encoded.size() == bytes.size();
        ++compared;
      }
      CHECK_TEXT(is_one_of_them, (name_of(sample) + ", encoded as " + name).c_str());
      CHECK_TEXT(*decode(serializer, encoded) == *expected, (name_of(sample) + ", again as " + name).c_str());
    }
  }
  CHECK_TRUE(compared > 100);
}

TEST(WampVectors, WhatClientsSendIsTakenOrRefused) {
  int taken = 0;
  int refused = 0;
  for (const Value& sample : samples()) {
    const auto type = static_cast<tws::wamp::MessageType>(sample["type"].get<int>());
    if (!sample.contains("wmsg") || tws::wamp::name_of(type).find(' ') != std::string_view::npos ||
        has_encrypted_payload(sample["wmsg"])) {
      continue;
    }
    const std::string text = sample["wmsg"].dump();
    for (const auto& [name, serializer] : kSerializers) {
      std::string bytes;
      tws::wamp::encode(bytes, serializer, *decode(Serializer::kJson, text));
      const auto message = tws::wamp::parse_message(serializer, bytes);
      const bool to_refuse = sample.contains("expected_error");
      CHECK_TEXT(bool(message) != to_refuse, (name_of(sample) + ": " + text + ", " + name).c_str());
      if (!message) {
        STRCMP_EQUAL("wamp.error.protocol_violation", message.error().uri.c_str());
      }
      ++(to_refuse ? refused : taken);
    }
  }
  CHECK_TRUE(taken > 30);
  CHECK_TRUE(refused > 30);
}
