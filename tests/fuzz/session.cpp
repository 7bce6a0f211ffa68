// A client's messages in JSON, one a line, to a session of an open realm: beside it sessions with the other serializers
// that subscribe, call and are called, and one of an administrator who watches. An empty line lets a second pass.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "wamp/meta_api.hpp"
#include "wamp/realm.hpp"
#include "wamp/session_v2.hpp"

namespace {

using tws::wamp::Serializer;
using tws::wamp::Value;

class Nowhere final : public tws::Transport {
 public:
  void send(tws::FramePtr /*frame*/) override {}
  bool offer(std::span<const tws::FramePtr> /*frames*/) override { return true; }
  void close(tws::CloseCode /*code*/, std::string_view /*reason*/) override {}
};

void say(tws::wamp::SessionV2& session, Serializer serializer, const Value& message) {
  std::string bytes;
  tws::wamp::encode(bytes, serializer, message);
  session.on_message(bytes, tws::wamp::is_binary(serializer));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tws::wamp::RealmPolicy policy;
  policy.open_to_anybody = true;
  policy.directory.redeem_token = [](const std::string& /*user*/, const std::string& token, const auto& done) {
    done(token == "good" ? tws::Status(tws::Done{}) : tws::Error{"no token", "wamp.error.authentication_failed"});
  };
  policy.directory.find_key = [](const std::string& /*user*/, const auto& done) {
    done(tws::wamp::CraKey{"key", "", 0, 0});
  };
  tws::wamp::Realm realm("realm1", policy);
  add_meta_api(realm);
  realm.broker().store().configure({{{"a.", tws::Match::kPrefix}, 3}});
  Nowhere transport;
  std::unique_ptr<tws::wamp::SessionV2> others[3];
  for (const Serializer serializer : tws::wamp::kSerializers) {
    auto& other = others[static_cast<std::size_t>(serializer)];
    other = std::make_unique<tws::wamp::SessionV2>(realm, transport, "", serializer);
    const Value able = {{"progressive_call_results", true}, {"call_canceling", true}};
    say(*other, serializer, {1, "realm1", {{"roles", {{"callee", {{"features", able}}}}}}});
    say(*other, serializer, {32, 1, {{"match", "prefix"}}, "a."});
    say(*other, serializer, {32, 2, Value::object(), "a.b"});
    say(*other, serializer, {64, 3, {{"invoke", "roundrobin"}}, "a.call"});
    say(*other, serializer, {32, 4, {{"match", "prefix"}}, "wamp."});
  }
  auto session = std::make_unique<tws::wamp::SessionV2>(realm, transport, "");
  std::string_view text(reinterpret_cast<const char*>(data), size);
  for (int line = 0; !text.empty(); ++line) {
    const auto end = text.find('\n');
    session->on_message(text.substr(0, end), false);
    if (end == 0) {
      realm.timers().run(tws::wamp::Timers::Clock::now() + std::chrono::seconds(line));
    }
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  // Whoever leaves first.
  if (size % 2 == 0) {
    session.reset();
  }
  return 0;
}
