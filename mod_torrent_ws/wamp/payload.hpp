// Payload: the arguments of a message on their way through. Each part is encoded at most once in each serializer,
// however many get it, and never parsed where it is only passed on. Event-loop thread only.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "wamp/serializer.hpp"

namespace tws::wamp {

// One value: given as such, or as it came or was made in a serializer, which is passed on unchanged in that one. Empty:
// absent.
class Fragment {
 public:
  Fragment() = default;
  explicit Fragment(Value value) : value_(std::move(value)) {}
  // `bytes` are well-formed.
  Fragment(Serializer serializer, std::string bytes);
  // The same value, as it was made in another serializer.
  void add(Serializer serializer, std::string bytes);

  [[nodiscard]] bool empty() const;
  // Not of an empty one. What came as bytes is read each time: it is needed rarely, and would cost many times their
  // memory.
  [[nodiscard]] Value value() const;
  // Of its encodings until now.
  [[nodiscard]] std::size_t bytes() const;
  [[nodiscard]] std::string_view in(Serializer serializer) const;

 private:
  std::optional<Value> value_;
  mutable std::array<std::string, kSerializers.size()> encoded_;  // empty: not yet
};

struct Payload {
  Fragment args;    // a list, or empty
  Fragment kwargs;  // a dictionary, or empty
};

// As bytes, which take a fraction of a value's memory: for what may be kept. Empty: absent.
Fragment encoded(Serializer serializer, const Value& value);

// Only args, or only kwargs.
Payload args_payload(Value args);
Payload kwargs_payload(std::string json);
// A payload that explains an error to people: args [message].
Payload explanation(std::string_view message);

// For those who keep it for later or give it to many.
using PayloadPtr = std::shared_ptr<const Payload>;

}  // namespace tws::wamp
