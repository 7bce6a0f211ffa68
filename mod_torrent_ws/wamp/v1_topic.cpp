#include "wamp/v1_topic.hpp"

#include <algorithm>
#include <array>

#include "wamp/serializer.hpp"
#include "wamp/uri.hpp"

namespace tws::wamp {

namespace {

constexpr std::array<std::string_view, 3> kMembers = {"topic", "userId", "token"};

bool has_token(const Value& object) {
  return text_member(object, "topic").has_value() &&
         std::all_of(object.items().begin(), object.items().end(), [](const auto& item) {
           return std::find(kMembers.begin(), kMembers.end(), item.key()) != kMembers.end();
         });
}

// The object that a string spells, or the string.
Value meaning_of(const Value& topic) {
  if (!topic.is_string() || !topic.get_ref<const std::string&>().starts_with('{')) {
    return topic;
  }
  auto spelled = decode(Serializer::kJson, topic.get_ref<const std::string&>());
  return spelled && has_token(*spelled) ? *spelled : topic;
}

}  // namespace

Status V1Prefixes::set(std::string prefix, std::string uri) {
  if (prefix.size() > kMaxUri || uri.size() > kMaxUri || (uris_.size() >= kMost && !uris_.contains(prefix))) {
    return Error{"too many prefixes, or too long ones", {}};
  }
  uris_.insert_or_assign(std::move(prefix), std::move(uri));
  return Done{};
}

std::string V1Prefixes::resolve(std::string_view curie, Curies curies) const {
  const std::size_t colon = curie.find(':');
  const auto found = colon == std::string_view::npos ? uris_.end() : uris_.find(curie.substr(0, colon));
  if (found == uris_.end()) {
    return std::string(curie);
  }
  std::string uri = found->second;
  uri.append(curies == Curies::kFragments ? "#" : "").append(curie.substr(colon + 1));
  return uri;
}

Result<V1Topic> v1_topic(const Value& topic, const V1Prefixes& prefixes, Curies curies) {
  const Value meaning = meaning_of(topic);
  V1Topic result;
  if (meaning.is_string()) {
    result.uri = prefixes.resolve(meaning.get_ref<const std::string&>(), curies);
  } else if (meaning.is_object() && has_token(meaning)) {
    result.uri = prefixes.resolve(*text_member(meaning, "topic"), curies);
    result.sign_in = meaning;
    result.sign_in.erase("topic");
  } else {
    return Error{"a topic is a string, or an object of topic, userId and token", {}};
  }
  if (!is_uri(result.uri, UriRules::kV1)) {
    return Error{"a topic has 1 to 512 bytes and no control characters", {}};
  }
  encode(result.spelling, Serializer::kJson, topic);
  return result;
}

}  // namespace tws::wamp
