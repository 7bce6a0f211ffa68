// Result<T>: a value or an error message; what functions return here instead of throwing.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace tws {

// What went wrong, in words for a log line or an error reply. `uri` is a WAMP error URI where the
// error is one that a client is to see, and empty elsewhere.
struct Error {
  std::string message;
  std::string uri;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() { return std::get<0>(state_); }
  const T& operator*() const { return std::get<0>(state_); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  [[nodiscard]] const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

// The result of an action that has no value.
struct Done {};
using Status = Result<Done>;

}  // namespace tws
