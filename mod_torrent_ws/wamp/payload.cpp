#include "wamp/payload.hpp"

#include <algorithm>
#include <numeric>

namespace tws::wamp {

namespace {

constexpr std::size_t slot(Serializer serializer) { return static_cast<std::size_t>(serializer); }

}  // namespace

Fragment::Fragment(Serializer serializer, std::string bytes) { add(serializer, std::move(bytes)); }

void Fragment::add(Serializer serializer, std::string bytes) { encoded_.at(slot(serializer)) = std::move(bytes); }

bool Fragment::empty() const {
  return !value_ && std::all_of(encoded_.begin(), encoded_.end(), [](const auto& bytes) { return bytes.empty(); });
}

Value Fragment::value() const {
  if (value_) {
    return *value_;
  }
  const auto given = *std::find_if(kSerializers.begin(), kSerializers.end(),
                                   [this](Serializer serializer) { return !encoded_.at(slot(serializer)).empty(); });
  return decode_trusted(given, encoded_.at(slot(given)));
}

std::size_t Fragment::bytes() const {
  return std::accumulate(encoded_.begin(), encoded_.end(), std::size_t{0},
                         [](std::size_t sum, const std::string& encoded) { return sum + encoded.size(); });
}

std::string_view Fragment::in(Serializer serializer) const {
  std::string& encoded = encoded_.at(slot(serializer));
  if (encoded.empty() && !empty()) {
    encode(encoded, serializer, value());
  }
  return encoded;
}

Fragment encoded(Serializer serializer, const Value& value) {
  if (value.empty()) {
    return {};
  }
  std::string bytes;
  encode(bytes, serializer, value);
  return {serializer, std::move(bytes)};
}

Payload args_payload(Value args) { return {Fragment(std::move(args)), {}}; }

Payload kwargs_payload(std::string json) { return {{}, Fragment(Serializer::kJson, std::move(json))}; }

Payload explanation(std::string_view message) { return args_payload(Value::array({message})); }

}  // namespace tws::wamp
