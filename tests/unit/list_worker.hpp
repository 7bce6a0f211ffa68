// A daemon's worker as the event loop sees it, for unit tests of what shows the list. Its tails say who wrote them, so
// that what the loop makes itself can be told from what it passes on.
#pragma once

#include <CppUTest/TestHarness.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <vector>

#include "support/fd.hpp"
#include "support/json.hpp"
#include "wamp/serializer.hpp"
#include "wamp/value.hpp"
#include "wire/job_frame.hpp"

namespace tws {

inline wamp::Value watched(const char* format, const char* serializer) {
  return {{"format", format}, {"serializer", serializer}};
}
inline const wamp::Value kJsonForms = {watched("object", "json"), watched("table", "json")};

// The worker's end of the socket.
class ListWorker {
 public:
  // What the loop sent since: the frames but `configure`, as {"type", "id", "tails"}.
  std::vector<wamp::Value> received() {
    std::array<char, 65536> buffer{};
    for (ssize_t size = 0; (size = recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0;) {
      reader_.feed({buffer.data(), static_cast<std::size_t>(size)});
    }
    std::vector<wamp::Value> frames;
    for (JobFrame frame; *reader_.next(frame);) {
      const std::string type = text_member(frame.header.get(), "type");
      if (type != "configure") {
        id_ = integer_member(frame.header.get(), "id").value_or(0);
        const wamp::Value arguments = type == "job" ? wamp::Value::parse(frame.body) : wamp::Value::object();
        frames.push_back({{"type", type},
                          {"tails", arguments.value("tails", wamp::Value())},
                          {"paused", arguments.value("paused", false)}});
      }
    }
    return frames;
  }

  // A torrent, in all forms asked for; its name says in which serializer it came.
  void send_list(const char* kind, const wamp::Value& forms, bool continues = false) {
    std::string body;
    wamp::Value header = {{"kind", kind}, {"tails", wamp::Value::array()}, {"updated", 1000.5}};
    for (const wamp::Value& form : forms) {
      const std::size_t start = body.size();
      append_tail(body, form["format"] == "table", form["serializer"]);
      header["tails"].push_back(form);
      header["tails"].back()["length"] = body.size() - start;
    }
    if (continues) {
      header["continues"] = true;
    }
    send(std::move(header), body);
  }
  void send(wamp::Value header, const std::string& body = {}) {
    header.emplace("type", "progress");
    header["id"] = id_;
    std::string bytes;
    append_job_frame(bytes, parse_json(header.dump())->get(), body);
    CHECK_EQUAL(static_cast<ssize_t>(bytes.size()), ::send(socket.get(), bytes.data(), bytes.size(), 0));
  }

  Fd socket;

 private:
  static void append_tail(std::string& out, bool table, const std::string& serializer) {
    const std::string name = "by the worker, in " + serializer;
    const wamp::Value torrents = table ? wamp::Value{{"fields", {"hash", "name"}}, {"rows", {{"h1", name}}}}
                                       : wamp::Value{{"h1", {{"name", name}}}};
    const wamp::Value tail = {
        {"torrents", torrents}, {"removed", wamp::Value::array()}, {"session", wamp::Value::object()}};
    if (serializer == "json") {
      out += tail.dump().substr(1);
      return;
    }
    std::string map;
    wamp::encode(map, serializer == "cbor" ? wamp::Serializer::kCbor : wamp::Serializer::kMsgpack, tail);
    out += map.substr(1);
  }

  JobFrameReader reader_;
  std::int64_t id_ = 0;
};

}  // namespace tws
