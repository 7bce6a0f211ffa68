// Echo: sends each message back. For protocol tests; in test builds only.
#pragma once

#include "loop/transport.hpp"
#include "support/json.hpp"

namespace tws {

class Echo final : public Protocol {
 public:
  explicit Echo(Transport& transport) : transport_(transport) {}
  void on_message(std::string_view message, bool binary) override {
    // jansson makes a string of UTF-8 only.
    if (!binary && !Json(json_stringn(message.data(), message.size()))) {
      transport_.close(CloseCode::kInvalidPayload, "not UTF-8");
      return;
    }
    transport_.send(std::make_shared<const Frame>(binary ? Opcode::kBinary : Opcode::kText, message));
  }

 private:
  Transport& transport_;
};

}  // namespace tws
