// The client's end of a WAMP session, for unit tests: says JSON messages and keeps what it is sent.
#pragma once

#include <string>
#include <vector>

#include "wamp/realm.hpp"
#include "wamp/session_v2.hpp"

namespace tws::wamp {

class Client final : public Transport {
 public:
  [[nodiscard]] TransportInfo info() const override { return {"ws", "192.0.2.7", 0}; }
  void send(FramePtr frame) override { received.push_back(frame->payload()); }
  bool offer(std::span<const FramePtr> frames) override {
    for (const auto& frame : is_slow ? std::span<const FramePtr>() : frames) {
      send(frame);
    }
    return !is_slow;
  }
  void close(CloseCode code, std::string_view /*reason*/) override {
    closed = true;
    close_code = code;
  }
  void established() override { is_established = true; }
  bool claim_user(const std::string& /*user*/) override { return has_room; }

  std::vector<std::string> received;
  bool closed = false;
  bool is_established = false;
  bool has_room = true;
  bool is_slow = false;  // takes none of what can be left out
  CloseCode close_code = CloseCode::kNormal;
};

inline RealmPolicy open_policy() { return RealmPolicy{.open_to_anybody = true}; }

inline Permission permission(const std::string& uri, Match match = Match::kExact, const std::string& role = "user") {
  Permission granted;
  granted.subscribe = granted.publish = granted.call = granted.register_procedures = true;
  granted.pattern = {uri, match};
  granted.role = role;
  return granted;
}

// Takes the token "good" of user 1, who is an administrator, and "fine" of user 2.
inline RealmPolicy token_policy(std::vector<Permission> permissions = {permission("com.example.a")}) {
  RealmPolicy policy;
  policy.directory.redeem_token = [](const std::string& user, const std::string& token, const auto& done) {
    if ((user == "1" && token == "good") || (user == "2" && token == "fine")) {
      done(Done{});
    } else {
      done(Error{"no such token", "wamp.error.authentication_failed"});
    }
  };
  policy.admins = {"1"};
  policy.permissions = Policy(std::move(permissions));
  return policy;
}

struct Peer {
  explicit Peer(Realm& realm, const std::string& user = "", Serializer serializer = Serializer::kJson)
      : session(realm, client, user, serializer) {}

  void say(const std::string& text) { session.on_message(text, false); }
  // HELLO; `roles` is the JSON of HELLO.Details.roles.
  void join(const std::string& roles = R"({"caller":{}})") {
    say("[1,\"" + session.realm().name() + "\",{\"roles\":" + roles + "}]");
  }
  // As user 1 or 2.
  void sign_in(const std::string& user) {
    say("[1,\"" + session.realm().name() + "\",{\"authmethods\":[\"ticket\"],\"authid\":\"" + user + "\"}]");
    say(user == "1" ? R"([5,"good",{}])" : R"([5,"fine",{}])");
  }
  // Until what is told late, or ends by time, did.
  void wait(std::chrono::milliseconds time) { session.realm().timers().run(Timers::Clock::now() + time); }

  [[nodiscard]] const std::string& last() const { return client.received.back(); }
  [[nodiscard]] bool last_begins(const std::string& text) const { return last().compare(0, text.size(), text) == 0; }
  [[nodiscard]] bool last_has(const std::string& text) const { return last().find(text) != std::string::npos; }
  [[nodiscard]] Value last_message() const { return Value::parse(last()); }
  [[nodiscard]] std::size_t count() const { return client.received.size(); }
  [[nodiscard]] std::string id() const { return std::to_string(session.id()); }
  // The result of a call of the meta API, or the ERROR's URI.
  Value call(const std::string& procedure, const std::string& arguments = "[]", const std::string& kwargs = "{}") {
    say("[48," + std::to_string(++last_call) + ",{},\"" + procedure + "\"," + arguments + "," + kwargs + "]");
    const Value answer = last_message();
    return answer[0] == 50 ? answer[3][0] : answer[4];
  }

  Client client;
  SessionV2 session;
  Id last_call = 1'000'000;
};

}  // namespace tws::wamp
