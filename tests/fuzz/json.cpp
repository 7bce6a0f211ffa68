// Messages of wamp.2.json.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/decoder.hpp"
#include "websocket/utf8_check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // The WebSocket lets no other text in.
  if (tws::is_utf8(text)) {
    tws::wamp::check_decoder(tws::wamp::Serializer::kJson, text);
  }
  return 0;
}
