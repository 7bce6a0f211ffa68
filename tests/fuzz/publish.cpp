// What publishers send: a text, and the parameters that sign it, which are the lines before it.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "bridge/publish_keys.hpp"
#include "bridge/publisher.hpp"
#include "wire/curve_keys.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using tws::wamp::Realm;
  static Realm realm("realm1", tws::wamp::RealmPolicy{.open_to_anybody = true});
  static tws::Publisher publisher(realm);
  static tws::PublishKeys keys;
  keys.configure({{"shop", {}, "secret"}}, std::chrono::hours(1), 0);
  std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(tws::parse_curve_keys(text));
  tws::PublishSignature given;
  for (std::string* part : {&given.key, &given.timestamp, &given.seq, &given.nonce, &given.signature}) {
    const auto end = std::min(text.find('\n'), text.size());
    *part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  constexpr std::int64_t kNow = 1'767'225'600'000;
  static_cast<void>(keys.check(given, text, kNow));
  publisher.publish(tws::PublishWay::kHttp, text, {"shop", "ticket"});
  return 0;
}
