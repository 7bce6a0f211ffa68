#include "wamp/payload.hpp"

namespace tws::wamp {

namespace {

constexpr std::size_t slot(Serializer serializer) { return static_cast<std::size_t>(serializer); }

}  // namespace

Fragment Fragment::of_json(std::string json) {
  Fragment fragment;
  fragment.encoded_[slot(Serializer::kJson)] = std::move(json);
  return fragment;
}

const Value& Fragment::value() const {
  if (!value_) {
    // Our own, so that no bound holds for it.
    value_ = Value::parse(encoded_[slot(Serializer::kJson)], nullptr, false);
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

Payload kwargs_payload(std::string json) { return {{}, Fragment::of_json(std::move(json))}; }

Payload explanation(std::string_view message) { return args_payload(Value::array({message})); }

}  // namespace tws::wamp
