// A client's messages, one a line, to a session in an open realm, with a second session beside it.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wamp/realm.hpp"
#include "wamp/session.hpp"

namespace {

class Nowhere final : public tws::Transport {
 public:
  void send(tws::FramePtr /*frame*/) override {}
  bool offer(std::span<const tws::FramePtr> /*frames*/) override { return true; }
  void close(tws::CloseCode /*code*/, std::string_view /*reason*/) override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tws::wamp::Realm realm("realm1", tws::wamp::RealmPolicy{.open_to_anybody = true});
  Nowhere transport;
  tws::wamp::Session other(realm, transport, "");
  other.on_message(R"([1,"realm1",{}])", false);
  other.on_message(R"([32,1,{},"a.b"])", false);
  other.on_message(R"([64,2,{},"a.call"])", false);
  tws::wamp::Session session(realm, transport, "");
  std::string_view text(reinterpret_cast<const char*>(data), size);
  while (!text.empty()) {
    const auto end = text.find('\n');
    session.on_message(text.substr(0, end), false);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return 0;
}
