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
  const std::string_view list = payload.args.in(kJson);
  if (payload.args.value().size() != 1) {
    return std::string(list);
  }
  const std::size_t begin = list.find('[') + 1;
  return std::string(list.substr(begin, list.rfind(']') - begin));
}

}  // namespace tws::wamp
