#include "wamp/receivers.hpp"

#include <utility>

namespace tws::wamp {

namespace {

void take(const Value& value, Id& key) { key = to_id(value).value_or(0); }
void take(const Value& value, std::string& key) { key = value.get<std::string>(); }

template <typename Key>
std::optional<std::unordered_set<Key>> list_of(const Value& options, const char* name) {
  const Value* list = member(options, name);
  if (list == nullptr) {
    return std::nullopt;
  }
  std::unordered_set<Key> keys;
  for (const Value& value : *list) {
    Key key{};
    take(value, key);
    keys.insert(std::move(key));
  }
  return keys;
}

}  // namespace

Receivers::Receivers(const Value& options)
    : sessions_{list_of<Id>(options, "exclude"), list_of<Id>(options, "eligible")},
      users_{list_of<std::string>(options, "exclude_authid"), list_of<std::string>(options, "eligible_authid")},
      roles_{list_of<std::string>(options, "exclude_authrole"), list_of<std::string>(options, "eligible_authrole")},
      are_all_(sessions_.allow_all() && users_.allow_all() && roles_.allow_all()) {}

bool Receivers::include(const Receiver& receiver) const {
  return are_all_ || (sessions_.allow(receiver.session) && users_.allow(receiver.user) && roles_.allow(receiver.role));
}

}  // namespace tws::wamp
