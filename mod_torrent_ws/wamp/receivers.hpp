// Receivers: to whom an event may go (wamp-proto, advanced profile, "Subscriber Black- and Whitelisting" and "Publisher
// Exclusion"). No thread affinity.
#pragma once

#include <optional>
#include <string>
#include <unordered_set>

#include "wamp/value.hpp"

namespace tws::wamp {

// What a receiver is told apart by.
struct Receiver {
  Id session = 0;
  const std::string& user;  // its authid
  const std::string& role;  // its authrole
};

class Receivers {
 public:
  // Of PUBLISH.Options, whose types were checked; without any everybody is one.
  Receivers() = default;
  explicit Receivers(const Value& options);

  // Everybody is one.
  [[nodiscard]] bool are_all() const { return are_all_; }
  [[nodiscard]] bool include(const Receiver& receiver) const;

 private:
  template <typename Key>
  struct Lists {
    std::optional<std::unordered_set<Key>> excluded;
    std::optional<std::unordered_set<Key>> eligible;  // an empty list: nobody

    [[nodiscard]] bool allow_all() const { return !excluded && !eligible; }
    [[nodiscard]] bool allow(const Key& key) const {
      return !(excluded && excluded->contains(key)) && (!eligible || eligible->contains(key));
    }
  };

  Lists<Id> sessions_;
  Lists<std::string> users_;
  Lists<std::string> roles_;
  bool are_all_ = true;
};

}  // namespace tws::wamp
