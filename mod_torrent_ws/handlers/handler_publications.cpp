#include "handlers/handler_publications.hpp"

#include <utility>
#include <vector>

#include "support/random.hpp"
#include "wamp/clock.hpp"
#include "wamp/options.hpp"

namespace tws {

namespace {

using wamp::member;
using wamp::Value;

struct Parsed {
  wamp::PublicationPtr publication;
  bool retain = false;
};

Result<wamp::Payload> payload_of(const Value& said) {
  const Value* args = member(said, "args");
  const Value* kwargs = member(said, "kwargs");
  const Value* event = member(said, "event");
  if ((args != nullptr && (!args->is_array() || event != nullptr)) || (kwargs != nullptr && !kwargs->is_object())) {
    return Error{"args is a list, kwargs an object, and event what stands for args of one", {}};
  }
  wamp::Payload payload;
  if (event != nullptr) {
    payload.args = wamp::Fragment(Value::array({*event}));
  } else if (args != nullptr && !args->empty()) {
    payload.args = wamp::Fragment(*args);
  }
  if (kwargs != nullptr && !kwargs->empty()) {
    payload.kwargs = wamp::Fragment(*kwargs);
  }
  return payload;
}

Result<Parsed> parse(const Value& said, const std::function<bool(const std::string&)>& is_own) {
  const auto topic = wamp::text_member(said, "topic");
  if (!topic || !is_own(*topic)) {
    return Error{topic ? "\"" + *topic + "\" is none of its topics" : "a publication has a topic", {}};
  }
  const Value* given = member(said, "options");
  const Value options = given != nullptr && given->is_object() ? *given : Value::object();
  if (const auto wrong = wamp::wrong_option(wamp::MessageType::kPublish, options)) {
    return Error{*wrong, {}};
  }
  auto payload = payload_of(said);
  if (!payload) {
    return payload.error();
  }
  return Parsed{std::make_shared<const wamp::Publication>(
                    wamp::Publication{random_id(), *topic, std::make_shared<const wamp::Payload>(std::move(*payload)),
                                      wamp::Receivers(options), Value::object(), wamp::unix_ms_now()}),
                wamp::flag_member(options, "retain")};
}

}  // namespace

Status publish_all(wamp::Realm& realm, std::string_view json, const std::function<bool(const std::string&)>& is_own) {
  const auto said = wamp::decode(wamp::Serializer::kJson, json);
  if (!said) {
    return said.error();
  }
  std::vector<Parsed> all;
  for (const Value& one : said->is_array() ? *said : Value::array({*said})) {
    auto parsed = parse(one, is_own);
    if (!parsed) {
      return parsed.error();
    }
    all.push_back(std::move(*parsed));
  }
  for (const auto& [publication, retain] : all) {
    realm.broker().publish(publication, nullptr, retain);
  }
  return Done{};
}

}  // namespace tws
