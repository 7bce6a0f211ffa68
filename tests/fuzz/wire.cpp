// What one of our processes reads from another: the first byte chooses the decoder.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "websocket/handshake.hpp"
#include "wire/configuration.hpp"
#include "wire/handover.hpp"
#include "wire/job_frame.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'h':
      static_cast<void>(tws::decode_handover(text));
      break;
    case 'c':
      static_cast<void>(tws::decode_configuration(text));
      break;
    case 'e':
      tws::choose_deflate(text);
      break;
    default: {
      tws::JobFrameReader reader;
      tws::JobFrame frame;
      reader.feed(text);
      for (auto more = reader.next(frame); more && *more; more = reader.next(frame)) {
      }
    }
  }
  return 0;
}
