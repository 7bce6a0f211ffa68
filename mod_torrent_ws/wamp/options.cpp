#include "wamp/options.hpp"

#include <algorithm>
#include <array>

#include "wamp/registrations.hpp"

namespace tws::wamp {

namespace {

// Whether an option is what it has to be, and what that is called.
struct Kind {
  bool (*fits)(const Value& value);
  const char* name;
};

struct Option {
  MessageType type;
  const char* name;
  Kind kind;
};

bool is_text(const Value& value) { return value.is_string(); }
bool is_flag(const Value& value) { return value.is_boolean(); }
bool is_list(const Value& value) { return value.is_array(); }
bool is_time(const Value& value) { return value.is_number() && value.get<double>() >= 0; }
bool are_ids(const Value& value) {
  return value.is_array() &&
         std::all_of(value.begin(), value.end(), [](const Value& id) { return to_id(id).has_value(); });
}
bool are_texts(const Value& value) { return value.is_array() && std::all_of(value.begin(), value.end(), is_text); }
bool is_match(const Value& value) { return value.is_string() && match_of(value.get_ref<const std::string&>()); }
bool is_invoke(const Value& value) { return value.is_string() && invoke_of(value.get_ref<const std::string&>()); }

constexpr Kind kFlag{is_flag, "a boolean"};
constexpr Kind kText{is_text, "a string"};
constexpr Kind kList{is_list, "a list"};
constexpr Kind kTime{is_time, "a number of milliseconds"};
constexpr Kind kIds{are_ids, "a list of session ids"};
constexpr Kind kTexts{are_texts, "a list of strings"};
constexpr Kind kMatch{is_match, "exact, prefix or wildcard"};
constexpr Kind kInvoke{is_invoke, "single, roundrobin, random, first or last"};

constexpr std::array kOptions = {
    Option{MessageType::kPublish, "acknowledge", kFlag},
    Option{MessageType::kPublish, "disclose_me", kFlag},
    Option{MessageType::kPublish, "exclude_me", kFlag},
    Option{MessageType::kPublish, "retain", kFlag},
    Option{MessageType::kPublish, "exclude", kIds},
    Option{MessageType::kPublish, "eligible", kIds},
    Option{MessageType::kPublish, "exclude_authid", kTexts},
    Option{MessageType::kPublish, "eligible_authid", kTexts},
    Option{MessageType::kPublish, "exclude_authrole", kTexts},
    Option{MessageType::kPublish, "eligible_authrole", kTexts},
    Option{MessageType::kPublish, "transaction_hash", kText},
    Option{MessageType::kPublish, "forward_for", kList},
    Option{MessageType::kSubscribe, "match", kMatch},
    Option{MessageType::kSubscribe, "get_retained", kFlag},
    Option{MessageType::kSubscribe, "forward_for", kList},
    Option{MessageType::kRegister, "match", kMatch},
    Option{MessageType::kRegister, "invoke", kInvoke},
    Option{MessageType::kRegister, "disclose_caller", kFlag},
    Option{MessageType::kCall, "receive_progress", kFlag},
    Option{MessageType::kCall, "disclose_me", kFlag},
    Option{MessageType::kCall, "timeout", kTime},
    Option{MessageType::kCancel, "mode", kText},
    Option{MessageType::kYield, "progress", kFlag},
};

}  // namespace

std::optional<std::string> wrong_option(MessageType type, const Value& options) {
  for (const Option& option : kOptions) {
    const Value* value = option.type == type ? member(options, option.name) : nullptr;
    if (value != nullptr && !option.kind.fits(*value)) {
      return std::string(option.name) + " is " + option.kind.name;
    }
  }
  return std::nullopt;
}

}  // namespace tws::wamp
