#include "websocket/admission.hpp"

#include "support/client_network.hpp"

namespace tws {

std::optional<Refusal> Admission::reason_to_refuse(const Handover& handover) const {
  if (counts_.ws + counts_.wss >= limits_.max_connections) {
    return Refusal::kConnections;
  }
  const std::string address = client_network(handover.address);
  if (counts_.handshakes >= limits_.max_handshakes ||
      count_in(handshakes_by_address_, address) >= handshakes_of_an_address()) {
    return Refusal::kHandshakes;
  }
  if (handover.blocking && counts_.blocking >= limits_.max_blocking_relays) {
    return Refusal::kBlockingRelays;
  }
  if (count_in(by_address_, address) >= limits_.max_per_address) {
    return Refusal::kConnectionsPerAddress;
  }
  if (!handover.user.empty() && count_in(by_user_, handover.user) >= limits_.max_per_user) {
    return Refusal::kConnectionsPerUser;
  }
  return std::nullopt;
}

std::size_t Admission::count_in(const Tally& tally, const std::string& key) {
  const auto found = tally.find(key);
  return found == tally.end() ? 0 : found->second;
}

void Admission::leave(Tally& tally, const std::string& key) {
  const auto found = tally.find(key);
  if (--found->second == 0) {
    tally.erase(found);
  }
}

Admission::Place::Place(Admission& admission, const Handover& handover)
    : admission_(admission),
      transport_count_(handover.tls ? admission.counts_.wss : admission.counts_.ws),
      address_(client_network(handover.address)),
      blocking_(handover.blocking) {
  ++transport_count_;
  ++admission_.counts_.handshakes;
  admission_.counts_.blocking += blocking_ ? 1 : 0;
  ++admission_.by_address_[address_];
  ++admission_.handshakes_by_address_[address_];
  // The site's own login: reason_to_refuse() had nothing against it.
  claim_user(handover.user);
}

Admission::Place::~Place() {
  end_handshake();
  --transport_count_;
  admission_.counts_.blocking -= blocking_ ? 1 : 0;
  leave(admission_.by_address_, address_);
  if (!user_.empty()) {
    leave(admission_.by_user_, user_);
  }
}

bool Admission::Place::claim_user(const std::string& user) {
  if (user.empty() || user == user_) {
    return true;
  }
  if (count_in(admission_.by_user_, user) >= admission_.limits_.max_per_user) {
    return false;
  }
  ++admission_.by_user_[user];
  // The site's login may be the name of another user than it is, or of none.
  if (!user_.empty()) {
    leave(admission_.by_user_, user_);
  }
  user_ = user;
  return true;
}

void Admission::Place::end_handshake() {
  if (in_handshake_) {
    in_handshake_ = false;
    --admission_.counts_.handshakes;
    leave(admission_.handshakes_by_address_, address_);
  }
}

}  // namespace tws
