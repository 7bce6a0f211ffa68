// Echo: sends each message back. For protocol tests; in test builds only.
#pragma once

#include "websocket/transport.hpp"

namespace tws {

class Echo final : public Protocol {
 public:
  explicit Echo(Transport& transport) : transport_(transport) { transport_.established(); }
  void on_message(std::string_view message, bool binary) override {
    transport_.send(std::make_shared<const Frame>(binary ? Opcode::kBinary : Opcode::kText, message));
  }

 private:
  Transport& transport_;
};

}  // namespace tws
