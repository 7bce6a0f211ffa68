// A WAMP v1 client's messages, one a line, to a session of an open realm, beside one of v2 that subscribes, is called,
// and publishes back. The first byte says which of the two leaves first, and how CURIEs are expanded.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "wamp/realm.hpp"
#include "wamp/session_v1.hpp"
#include "wamp/session_v2.hpp"

namespace {

class Nowhere final : public tws::Transport {
 public:
  void send(tws::FramePtr frame) override { static_cast<void>(frame->wire(15)); }
  bool offer(std::span<const tws::FramePtr> /*frames*/) override { return true; }
  void close(tws::CloseCode /*code*/, std::string_view /*reason*/) override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool is_odd = !text.empty() && text.front() % 2 == 1;
  text.remove_prefix(text.empty() ? 0 : 1);

  tws::wamp::RealmPolicy policy;
  policy.open_to_anybody = true;
  policy.max_subscriptions = 5;
  policy.curies = is_odd ? tws::wamp::Curies::kFragments : tws::wamp::Curies::kConcatenated;
  policy.directory.redeem_token = [](const std::string& /*user*/, const std::string& token, const auto& done) {
    done(token == "good" ? tws::Status(tws::Done{}) : tws::Error{"no token", "wamp.error.authentication_failed"});
  };
  tws::wamp::Realm realm("realm1", policy);
  Nowhere transport;
  auto other = std::make_unique<tws::wamp::SessionV2>(realm, transport, "");
  for (const char* message : {R"([1,"realm1",{}])", R"([32,1,{"match":"prefix"},""])", R"([64,2,{},"f"])"}) {
    other->on_message(message, false);
  }
  auto session = std::make_unique<tws::wamp::SessionV1>(realm, transport, "");
  session->on_open();
  for (int line = 1; !text.empty(); ++line) {
    const auto end = text.find('\n');
    session->on_message(text.substr(0, end), false);
    // Whatever the page subscribed to, and called.
    other->on_message("[16," + std::to_string(line) + R"(,{},"a.b",[1],{"k":2}])", false);
    other->on_message("[70," + std::to_string(line) + R"(,{},[1]])", false);
    if (end == 0) {
      realm.timers().run(tws::wamp::Timers::Clock::now() + std::chrono::seconds(line));
    }
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  if (is_odd) {
    session.reset();
  }
  return 0;
}
