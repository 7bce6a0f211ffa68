#include "websocket/admission.hpp"

#include <CppUTest/TestHarness.h>

#include <memory>
#include <string>
#include <vector>

using tws::Admission;
using tws::Handover;
using tws::Refusal;

namespace {

Handover from(const std::string& address, const std::string& user = "") {
  Handover handover;
  handover.address = address;
  handover.user = user;
  return handover;
}

}  // namespace

TEST_GROUP(Admission) {
  Admission admission;
  std::vector<std::unique_ptr<Admission::Place>> places;
  void setup() override { admission.set_limits({8, 2, 3, 7, 1}); }
  void enter(const Handover& handover) {
    CHECK_FALSE(admission.reason_to_refuse(handover).has_value());
    places.push_back(std::make_unique<Admission::Place>(admission, handover));
  }
};

TEST(Admission, BoundsAddressesAndFreesPlaces) {
  for (int i = 0; i < 3; ++i) {
    enter(from("192.0.2.1"));
    places.back()->end_handshake();
  }
  CHECK_TRUE(admission.reason_to_refuse(from("192.0.2.1")) == Refusal::kConnectionsPerAddress);
  CHECK_FALSE(admission.reason_to_refuse(from("192.0.2.2")).has_value());
  places.pop_back();
  enter(from("192.0.2.1"));
}

TEST(Admission, TakesANetworkOfIpv6ForOneAddress) {
  for (const char* address : {"2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::3"}) {
    enter(from(address));
    places.back()->end_handshake();
  }
  CHECK_TRUE(admission.reason_to_refuse(from("2001:db8::4")) == Refusal::kConnectionsPerAddress);
  enter(from("2001:db8:0:1::1"));
}

TEST(Admission, BoundsUsersHoweverTheySignedIn) {
  enter(from("192.0.2.1", "7"));
  enter(from("192.0.2.2"));
  CHECK_TRUE(places.back()->claim_user("7"));
  CHECK_TRUE(admission.reason_to_refuse(from("192.0.2.3", "7")) == Refusal::kConnectionsPerUser);
  enter(from("192.0.2.3"));
  CHECK_FALSE(places.back()->claim_user("7"));
  CHECK_TRUE(places.back()->claim_user("8"));
  places.erase(places.begin());
  enter(from("192.0.2.3", "7"));
}

TEST(Admission, BoundsHandshakesOfOneAddress) {
  // A quarter of seven, rounded up.
  enter(from("192.0.2.1"));
  enter(from("192.0.2.1"));
  CHECK_TRUE(admission.reason_to_refuse(from("192.0.2.1")) == Refusal::kHandshakes);
  enter(from("192.0.2.2"));
  places.front()->end_handshake();
  enter(from("192.0.2.1"));
}

TEST(Admission, BoundsHandshakesAndAll) {
  const auto address = [](int i) { return from("192.0.2." + std::to_string(i)); };
  for (int i = 1; i <= 7; ++i) {
    enter(address(i));
  }
  CHECK_TRUE(admission.reason_to_refuse(address(8)) == Refusal::kHandshakes);
  places.front()->end_handshake();
  enter(address(8));
  CHECK_TRUE(admission.reason_to_refuse(address(9)) == Refusal::kConnections);
  LONGS_EQUAL(7, admission.counts().handshakes);
  places.clear();
  LONGS_EQUAL(0, admission.counts().handshakes);
  LONGS_EQUAL(0, admission.counts().ws);
  for (int i = 0; i < 2; ++i) {
    enter(address(1));
  }
}
