// Topics of WAMP v1 clients: what their own spellings mean. CURIEs with the prefixes of PREFIX, and a topic that brings
// a user id and a token along, as a JSON string or as an object: {"topic": "torrents", "userId": 245, "token":
// "385e33f741"}. No thread affinity.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "support/result.hpp"
#include "wamp/value.hpp"

namespace tws::wamp {

// How `p:x` is expanded where p stands for U.
enum class Curies {
  kConcatenated,  // Ux, as Autobahn.js has it
  kFragments,     // U#x, as Ratchet has it
};

class V1Prefixes {
 public:
  static constexpr std::size_t kMost = 100;  // of one session

  // An error when one of them is too long, or there are too many.
  Status set(std::string prefix, std::string uri);
  // What has no known prefix stays what it is.
  [[nodiscard]] std::string resolve(std::string_view curie, Curies curies) const;

 private:
  std::map<std::string, std::string, std::less<>> uris_;
};

struct V1Topic {
  static constexpr std::size_t kMaxSpelling = 4096;

  std::string spelling;  // the client's own, as JSON, at most so many bytes: each EVENT says it
  std::string uri;
  // What came along; or empty.
  std::string user;
  std::string token;
};

// An error when it is neither a string nor such an object, or no URI.
Result<V1Topic> v1_topic(const Value& topic, const V1Prefixes& prefixes, Curies curies);

}  // namespace tws::wamp
