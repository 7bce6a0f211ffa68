// Messages of wamp.2.cbor.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/decoder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tws::wamp::check_decoder(tws::wamp::Serializer::kCbor, {reinterpret_cast<const char*>(data), size});
  return 0;
}
