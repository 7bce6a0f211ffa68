// A daemon's worker as the event loop sees it, for unit tests of what shows the list. Its tails say who wrote them, so
// that what the loop makes itself can be told from what it passes on.
#pragma once

#include <string>

#include "tests/unit/worker_peer.hpp"
#include "wamp/serializer.hpp"

namespace tws {

inline wamp::Value watched(const char* format, const char* serializer) {
  return {{"format", format}, {"serializer", serializer}};
}
inline const wamp::Value kJsonForms = {watched("object", "json"), watched("table", "json")};

class ListWorker final : public WorkerPeer {
 public:
  using WorkerPeer::WorkerPeer;

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
    tell(std::move(header), body);
  }
  // What it says of the watch that it was asked for last: progress, unless the header has another type.
  void tell(wamp::Value header, const std::string& body = {}) {
    header.emplace("type", "progress");
    header["id"] = last_id;
    send(header, body);
  }

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
};

}  // namespace tws
