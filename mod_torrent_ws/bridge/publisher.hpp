// Publisher: what comes from outside to be published (docs/pushing.md), in whatever way: one JSON text is one
// publication, or a list of such. Checks all of it and publishes. Event-loop thread only.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "support/result.hpp"
#include "wamp/realm.hpp"

namespace tws {

enum class PublishWay { kHttp, kUnix, kZmq, kHandler };
inline constexpr std::array<std::string_view, 4> kPublishWays = {"http", "unix", "zmq", "handler"};

// What a publisher says is a dictionary with these members; any other one is an error:
//
//   topic    a URI
//   args     a list; or `event`, any value, which is short for args of that one value (WAMP v1's EVENT has one)
//   kwargs   a dictionary
//   options  those of PUBLISH that say to whom it goes (exclude, eligible, both with _authid and _authrole), and retain
class Publisher {
 public:
  static constexpr std::size_t kMaxPublications = 1'000;  // in one list

  struct Answer {
    // {"id": of the publication, "receivers": to how many sessions it went}, or {"error": URI, "message": …}; for a
    // list a list of these.
    std::string json;
    std::optional<Error> first_error;
    bool any_published = false;  // or there was nothing to publish
  };

  // The realm outlives it.
  explicit Publisher(wamp::Realm& realm) : realm_(realm) {}

  // Whether there may be publications to a topic, or the error.
  using MayPublish = std::function<Status(const std::string& topic)>;

  // As far as `identity` may. What is wrong with one publication of a list does not stop the others.
  Answer publish(PublishWay way, std::string_view json, const wamp::Identity& identity);
  Answer publish(PublishWay way, std::string_view json, const MayPublish& may_publish);
  // Counts one that another has refused, and gives its answer.
  Answer refuse(PublishWay way, const Error& error);

  struct Figures {
    std::uint64_t published = 0;
    std::uint64_t refused = 0;
  };
  [[nodiscard]] const Figures& figures(PublishWay way) const { return figures_.at(static_cast<std::size_t>(way)); }

 private:
  Result<wamp::Value> publish_one(wamp::Value& publication, const MayPublish& may_publish);
  // Its answer, counted.
  wamp::Value answer_to(PublishWay way, const Result<wamp::Value>& outcome);

  wamp::Realm& realm_;
  std::array<Figures, kPublishWays.size()> figures_;
};

// {"error": URI, "message": …}
std::string error_json(const Error& error);

}  // namespace tws
