#include "wamp/payload.hpp"

#include <algorithm>

namespace tws::wamp {

namespace {

constexpr std::size_t slot(Serializer serializer) { return static_cast<std::size_t>(serializer); }

}  // namespace

Fragment::Fragment(Serializer serializer, std::string bytes) { add(serializer, std::move(bytes)); }

void Fragment::add(Serializer serializer, std::string bytes) { encoded_.at(slot(serializer)) = std::move(bytes); }

bool Fragment::empty() const {
  return !value_ && std::all_of(encoded_.begin(), encoded_.end(), [](const auto& bytes) { return bytes.empty(); });
}

const Value& Fragment::value() const {
  if (!value_) {
    const auto given = *std::find_if(kSerializers.begin(), kSerializers.end(),
                                     [this](Serializer serializer) { return !encoded_.at(slot(serializer)).empty(); });
    value_ = decode_trusted(given, encoded_.at(slot(given)));
  }
  return *value_;
}

std::string_view Fragment::in(Serializer serializer) const {
  std::string& encoded = encoded_.at(slot(serializer));
  if (encoded.empty() && !empty()) {
    encode(encoded, serializer, value());
  }
  return encoded;
}

Payload args_payload(Value args) { return {Fragment(std::move(args)), {}}; }

Payload kwargs_payload(std::string json) { return {{}, Fragment(Serializer::kJson, std::move(json))}; }

Payload explanation(std::string_view message) { return args_payload(Value::array({message})); }

}  // namespace tws::wamp
