#include "bridge/publisher.hpp"

#include <algorithm>
#include <optional>

#include "support/random.hpp"
#include "wamp/clock.hpp"
#include "wamp/options.hpp"
#include "wire/error_uris.hpp"

namespace tws {

namespace {

using wamp::Value;

constexpr std::array<std::string_view, 5> kMembers = {"topic", "args", "kwargs", "event", "options"};
constexpr std::array<std::string_view, 7> kOptions = {
    "exclude", "eligible", "exclude_authid", "eligible_authid", "exclude_authrole", "eligible_authrole", "retain"};

Error invalid(std::string message) { return {std::move(message), error_uri::kInvalidArgument}; }

// The first name that is none of these.
template <std::size_t Size>
std::optional<std::string> unknown_member(const Value& dict, const std::array<std::string_view, Size>& known) {
  for (const auto& [name, value] : dict.items()) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return name;
    }
  }
  return std::nullopt;
}

// PHP writes an empty dictionary as an empty list.
bool is_dict(const Value& value) { return value.is_object() || (value.is_array() && value.empty()); }

Status check_types(const Value& publication) {
  if (!publication.is_object()) {
    return invalid("a publication is a dictionary with a topic");
  }
  if (const auto unknown = unknown_member(publication, kMembers)) {
    return invalid("unknown member \"" + *unknown + "\"; known are topic, args, kwargs, event and options");
  }
  const Value* topic = wamp::member(publication, "topic");
  if (topic == nullptr || !topic->is_string()) {
    return invalid("topic is missing, or no string");
  }
  const Value* args = wamp::member(publication, "args");
  if (args != nullptr && !args->is_array()) {
    return invalid("args is a list");
  }
  if (args != nullptr && publication.contains("event")) {
    return invalid("event is short for args with one value; give one of them");
  }
  const Value* kwargs = wamp::member(publication, "kwargs");
  if (kwargs != nullptr && !is_dict(*kwargs)) {
    return invalid("kwargs is a dictionary");
  }
  return Done{};
}

Status check_options(const Value& options) {
  if (!is_dict(options)) {
    return invalid("options is a dictionary");
  }
  if (const auto unknown = unknown_member(options, kOptions)) {
    return Error{"the option \"" + *unknown +
                     "\" is not for publishers; known are exclude, eligible, both with _authid "
                     "and _authrole, and retain",
                 error_uri::kOptionNotAllowed};
  }
  // As if it were absent, an event for few would go to all.
  for (const auto& [name, value] : options.items()) {
    if (value.is_null()) {
      return invalid("options: " + name + " is null; leave it out, or give a value");
    }
  }
  if (const auto wrong = wamp::wrong_option(wamp::MessageType::kPublish, options)) {
    return invalid("options: " + *wrong);
  }
  return Done{};
}

wamp::Payload payload_of(const Value& publication) {
  const auto part = [&publication](const char* name) {
    const Value* value = wamp::member(publication, name);
    return value == nullptr ? wamp::Fragment() : wamp::encoded(wamp::Serializer::kJson, *value);
  };
  const auto event = publication.find("event");
  return {event == publication.end() ? part("args") : wamp::encoded(wamp::Serializer::kJson, Value::array({*event})),
          part("kwargs")};
}

Value error_value(const Error& error) { return {{"error", error.uri}, {"message", error.message}}; }

std::string to_json(const Value& value) {
  std::string json;
  wamp::encode(json, wamp::Serializer::kJson, value);
  return json;
}

}  // namespace

std::string error_json(const Error& error) { return to_json(error_value(error)); }

Result<Value> Publisher::publish_one(Value& publication, const MayPublish& may_publish) {
  if (const auto checked = check_types(publication); !checked) {
    return checked.error();
  }
  const Value* given = wamp::member(publication, "options");
  const Value options = given == nullptr ? Value::object() : *given;
  if (const auto checked = check_options(options); !checked) {
    return checked.error();
  }
  const auto topic = publication["topic"].get<std::string>();
  if (const auto allowed = may_publish(topic); !allowed) {
    return allowed.error();
  }
  const auto made = std::make_shared<const wamp::Publication>(
      wamp::Publication{random_id(), topic, std::make_shared<const wamp::Payload>(payload_of(publication)),
                        wamp::Receivers(options), Value::object(), wamp::unix_ms_now()});
  const auto reach = realm_.broker().publish(made, nullptr, wamp::flag_member(options, "retain"));
  return Value{{"id", made->id}, {"receivers", reach.sessions}};
}

Value Publisher::answer_to(PublishWay way, const Result<Value>& outcome) {
  Figures& figures = figures_.at(static_cast<std::size_t>(way));
  ++(outcome ? figures.published : figures.refused);
  return outcome ? *outcome : error_value(outcome.error());
}

Publisher::Answer Publisher::refuse(PublishWay way, const Error& error) {
  return {to_json(answer_to(way, error)), error, false};
}

Publisher::Answer Publisher::publish(PublishWay way, std::string_view json, const wamp::Identity& identity) {
  return publish(way, json, [&](const std::string& topic) {
    // Pages of WAMP v1 may be whom it is for.
    return realm_.may_publish(identity, topic, wamp::UriRules::kV1);
  });
}

Publisher::Answer Publisher::publish(PublishWay way, std::string_view json, const MayPublish& may_publish) {
  auto parsed = wamp::decode(wamp::Serializer::kJson, json);
  if (!parsed) {
    return refuse(way, {"no JSON: " + parsed.error().message,
                        parsed.error().uri.empty() ? error_uri::kInvalidArgument : parsed.error().uri});
  }
  if (!parsed->is_array()) {
    const auto outcome = publish_one(*parsed, may_publish);
    return outcome ? Answer{to_json(answer_to(way, outcome)), {}, true} : refuse(way, outcome.error());
  }
  if (parsed->size() > kMaxPublications) {
    return refuse(way, invalid("a list has " + std::to_string(kMaxPublications) + " publications at most"));
  }
  Value answers = Value::array();
  std::optional<Error> first_error;
  bool any_published = parsed->empty();
  for (Value& publication : *parsed) {
    const auto outcome = publish_one(publication, may_publish);
    any_published = any_published || outcome;
    if (!outcome && !first_error) {
      first_error = outcome.error();
    }
    answers.push_back(answer_to(way, outcome));
  }
  return {to_json(answers), std::move(first_error), any_published};
}

}  // namespace tws
