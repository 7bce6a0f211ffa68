// Admission: how many connections there are, in all, of each address and of each user, and which further ones are
// let in. Event-loop thread only.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "websocket/refusals.hpp"
#include "wire/handover.hpp"

namespace tws {

struct AdmissionLimits {
  std::size_t max_connections = 0;
  std::size_t max_per_user = 0;
  std::size_t max_per_address = 0;
  std::size_t max_handshakes = 0;
  std::size_t max_blocking_relays = 0;
};

struct ConnectionCounts {
  std::size_t ws = 0;
  std::size_t wss = 0;
  std::size_t blocking = 0;    // of those, the ones behind a blocking relay
  std::size_t handshakes = 0;  // of those, the ones on which nobody has signed in yet
};

class Admission {
 public:
  void set_limits(const AdmissionLimits& limits) { limits_ = limits; }
  [[nodiscard]] const ConnectionCounts& counts() const { return counts_; }

  // What stands against this connection; none: it may come in.
  [[nodiscard]] std::optional<Refusal> reason_to_refuse(const Handover& handover) const;

  // The place of one connection that has come in; it is free again with the object.
  class Place {
   public:
    Place(Admission& admission, const Handover& handover);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    // From now on it is this user's, once; false: the user has as many as there may be.
    bool claim_user(const std::string& user);
    // Its user has signed in.
    void end_handshake();
    [[nodiscard]] bool is_in_handshake() const { return in_handshake_; }

   private:
    Admission& admission_;
    std::size_t& transport_count_;
    std::string address_;
    std::string user_;
    bool blocking_;
    bool in_handshake_ = true;
  };

 private:
  using Tally = std::unordered_map<std::string, std::size_t>;
  static std::size_t count_in(const Tally& tally, const std::string& key);
  static void leave(Tally& tally, const std::string& key);
  // So that one host alone cannot keep all others out.
  [[nodiscard]] std::size_t handshakes_of_an_address() const { return (limits_.max_handshakes + 3) / 4; }

  AdmissionLimits limits_;
  ConnectionCounts counts_;
  Tally by_address_;
  Tally handshakes_by_address_;
  Tally by_user_;
};

}  // namespace tws
