#include "wamp/v1_value.hpp"

namespace tws::wamp {

std::string v1_value(const Payload& payload) {
  constexpr auto kJson = Serializer::kJson;
  if (payload.args.empty()) {
    return payload.kwargs.empty() ? "null" : std::string(payload.kwargs.in(kJson));
  }
  if (!payload.kwargs.empty()) {
    return R"({"args":)" + std::string(payload.args.in(kJson)) + R"(,"kwargs":)" +
           std::string(payload.kwargs.in(kJson)) + "}";
  }
  const Value args = payload.args.value();
  if (args.size() != 1) {
    return std::string(payload.args.in(kJson));
  }
  std::string only;
  encode(only, kJson, args.front());
  return only;
}

}  // namespace tws::wamp
