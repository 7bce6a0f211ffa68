// What a client sends on its WebSocket, in pieces: the first byte says whether deflate was negotiated, and how long
// the pieces are.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "websocket/message_reader.hpp"

namespace {

class Nobody final : public tws::MessageSink {
 public:
  void on_message(std::string_view /*message*/, bool /*binary*/) override {}
  void on_ping(std::string_view /*payload*/) override {}
  void on_pong(std::string_view /*payload*/) override {}
  void on_close(tws::CloseCode /*code*/) override {}
  void on_failure(tws::CloseCode /*code*/, std::string_view /*why*/) override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  constexpr std::size_t kLimit = 1 << 20;
  Nobody nobody;
  tws::MessageReader reader(nobody, (data[0] & 1) != 0);
  const std::size_t piece = 1 + data[0] / 2;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    reader.read(bytes.substr(at, piece), kLimit);
  }
  return 0;
}
