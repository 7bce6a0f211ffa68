#include "wamp/v1_topic.hpp"

#include <optional>

#include "wamp/serializer.hpp"
#include "wamp/uri.hpp"

namespace tws::wamp {

namespace {

std::optional<std::string> text_of(const Value& value) {
  if (value.is_string()) {
    return value.get<std::string>();
  }
  return value.is_number_integer() ? std::optional(value.dump()) : std::nullopt;
}

// False: it has something else.
bool read_object(const Value& object, V1Topic& topic) {
  for (const auto& [name, value] : object.items()) {
    std::string* member = nullptr;
    if (name == "topic") {
      member = &topic.uri;
    } else if (name == "userId") {
      member = &topic.user;
    } else if (name == "token") {
      member = &topic.token;
    }
    const auto text = text_of(value);
    if (member == nullptr || !text) {
      return false;
    }
    *member = *text;
  }
  return true;
}

// The object that a string spells, or the string. An object with a token is never a topic's name: others would read it.
Value meaning_of(const Value& topic) {
  if (!topic.is_string() || !topic.get_ref<const std::string&>().starts_with('{')) {
    return topic;
  }
  auto spelled = decode(Serializer::kJson, topic.get_ref<const std::string&>());
  return spelled && (member(*spelled, "topic") != nullptr || member(*spelled, "token") != nullptr) ? *spelled : topic;
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
    result.uri = meaning.get<std::string>();
  } else if (!meaning.is_object() || !read_object(meaning, result)) {
    return Error{"a topic is a string, or an object of topic, userId and token", {}};
  }
  result.uri = prefixes.resolve(result.uri, curies);
  if (!is_uri(result.uri, UriRules::kV1)) {
    return Error{"a topic has 1 to 512 bytes and no control characters", {}};
  }
  encode(result.spelling, Serializer::kJson, topic);
  if (result.spelling.size() > V1Topic::kMaxSpelling) {
    return Error{"a topic with what comes along has 4096 bytes at most", {}};
  }
  return result;
}

}  // namespace tws::wamp
