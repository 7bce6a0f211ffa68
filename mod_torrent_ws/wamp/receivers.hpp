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
  // Of memory.
  [[nodiscard]] std::size_t bytes() const { return sessions_.bytes() + users_.bytes() + roles_.bytes(); }
  // Single sessions are named, which later ones are none of.
  [[nodiscard]] bool name_sessions() const { return !sessions_.allow_all(); }

 private:
  template <typename Key>
  struct Lists {
    std::optional<std::unordered_set<Key>> excluded;
    std::optional<std::unordered_set<Key>> eligible;  // an empty list: nobody

    [[nodiscard]] std::size_t bytes() const {
      constexpr std::size_t kKey = 64;
      return ((excluded ? excluded->size() : 0) + (eligible ? eligible->size() : 0)) * kKey;
    }
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
