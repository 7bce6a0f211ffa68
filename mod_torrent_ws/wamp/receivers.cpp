#include "wamp/receivers.hpp"

#include "wire/error_uris.hpp"

namespace tws::wamp {

namespace {

bool take(const Value& value, Id& key) {
  const auto id = to_id(value);
  key = id.value_or(0);
  return id.has_value();
}

bool take(const Value& value, std::string& key) {
  const auto* text = value.get_ptr<const std::string*>();
  key = text != nullptr ? *text : std::string();
  return text != nullptr;
}

// False when there is something else than a list of such keys.
template <typename Key>
bool take_list(const Value& options, const char* name, std::optional<std::unordered_set<Key>>& keys) {
  const Value* list = member(options, name);
  if (list == nullptr || list->is_null()) {
    return true;
  }
  keys.emplace();
  for (const Value& value : list->is_array() ? *list : Value::array({nullptr})) {
    Key key{};
    if (!take(value, key)) {
      return false;
    }
    keys->insert(std::move(key));
  }
  return true;
}

}  // namespace

Result<Receivers> Receivers::of_options(const Value& options) {
  Receivers receivers;
  const auto take_both = [&](auto& lists, const char* exclude, const char* eligible) {
    auto excluded = decltype(lists.eligible)();
    const bool taken = take_list(options, exclude, excluded) && take_list(options, eligible, lists.eligible);
    receivers.are_all_ = receivers.are_all_ && !excluded && !lists.eligible;
    lists.excluded = excluded ? std::move(*excluded) : decltype(lists.excluded)();
    return taken;
  };
  if (!take_both(receivers.sessions_, "exclude", "eligible") ||
      !take_both(receivers.users_, "exclude_authid", "eligible_authid") ||
      !take_both(receivers.roles_, "exclude_authrole", "eligible_authrole")) {
    return Error{"exclude and eligible are lists of session ids, those of _authid and _authrole lists of strings",
                 error_uri::kInvalidArgument};
  }
  return receivers;
}

bool Receivers::include(const Receiver& receiver) const {
  return are_all_ || (sessions_.allow(receiver.session) && users_.allow(receiver.user) && roles_.allow(receiver.role));
}

}  // namespace tws::wamp
