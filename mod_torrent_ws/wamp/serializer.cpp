#include "wamp/serializer.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "loop/utf8_check.hpp"
#include "wamp/base64.hpp"
#include "wire/error_uris.hpp"

namespace tws::wamp {

namespace {

constexpr std::array<std::pair<std::string_view, Serializer>, 3> kSubprotocols = {
    {{"wamp.2.json", Serializer::kJson}, {"wamp.2.cbor", Serializer::kCbor}, {"wamp.2.msgpack", Serializer::kMsgpack}}};

Value::input_format_t format_of(Serializer serializer) {
  switch (serializer) {
    case Serializer::kCbor:
      return Value::input_format_t::cbor;
    case Serializer::kMsgpack:
      return Value::input_format_t::msgpack;
    default:
      return Value::input_format_t::json;
  }
}

// Makes a Value of what the parser finds, within the bounds: the library's own has none.
class Builder final : public nlohmann::json_sax<Value> {
 public:
  explicit Builder(Serializer serializer) : serializer_(serializer) {}

  [[nodiscard]] Value take() { return std::move(root_); }
  [[nodiscard]] Error error() const { return error_; }

  bool null() override { return add(nullptr) != nullptr; }
  bool boolean(bool value) override { return add(value) != nullptr; }
  bool number_integer(number_integer_t value) override { return add(value) != nullptr; }
  bool number_unsigned(number_unsigned_t value) override { return add(value) != nullptr; }
  bool number_float(number_float_t value, const string_t& /*text*/) override { return add(value) != nullptr; }
  bool binary(binary_t& value) override { return add(Value::binary(std::move(value))) != nullptr; }
  bool string(string_t& text) override {
    if (serializer_ == Serializer::kJson && !text.empty() && text.front() == '\0') {
      if (auto bytes = from_base64(std::string_view(text).substr(1))) {
        return add(Value::binary(std::move(*bytes))) != nullptr;
      }
    }
    return is_text(text) && add(std::move(text)) != nullptr;
  }
  bool start_object(std::size_t /*size*/) override { return open(Value::object()); }
  bool start_array(std::size_t /*size*/) override { return open(Value::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& text) override {
    key_ = std::move(text);
    return is_text(key_);
  }
  bool parse_error(std::size_t position, const std::string& /*token*/, const Value::exception& /*why*/) override {
    return fail("not well-formed at byte " + std::to_string(position), {});
  }

 private:
  bool fail(std::string message, std::string uri) {
    error_ = {std::move(message), std::move(uri)};
    return false;
  }

  // JSON text came through the WebSocket's own check.
  bool is_text(const std::string& text) {
    return serializer_ == Serializer::kJson || is_utf8(text) || fail("a string that is not UTF-8", {});
  }

  // Null: refused.
  Value* add(Value value) {
    if (++count_ > kMaxValues) {
      fail("more than " + std::to_string(kMaxValues) + " values in one message", error_uri::kPayloadSizeExceeded);
      return nullptr;
    }
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    if (open_.back()->is_array()) {
      open_.back()->push_back(std::move(value));
      return &open_.back()->back();
    }
    // A second one would hide the first from checks.
    const auto [at, is_new] = open_.back()->emplace(std::move(key_), std::move(value));
    if (!is_new) {
      fail("a dictionary with a key twice", {});
    }
    return is_new ? &*at : nullptr;
  }

  bool open(Value container) {
    if (open_.size() == kMaxDepth) {
      return fail("nested deeper than " + std::to_string(kMaxDepth), error_uri::kPayloadSizeExceeded);
    }
    Value* added = add(std::move(container));
    if (added != nullptr) {
      open_.push_back(added);
    }
    return added != nullptr;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  Serializer serializer_;
  Value root_;
  std::vector<Value*> open_;  // the containers that are not complete, outermost first
  std::string key_;
  std::size_t count_ = 0;
  Error error_;
};

bool has_binary(const Value& value) {
  return value.is_binary() ||
         (value.is_structured() && std::any_of(value.begin(), value.end(), [](const Value& part) { return has_binary(part); }));
}

// As JSON can say it.
Value without_binary(const Value& value) {
  if (value.is_binary()) {
    const auto& bytes = value.get_binary();
    return std::string(1, '\0') + to_base64(bytes.data(), bytes.size());
  }
  Value copy = value;
  if (copy.is_structured()) {
    for (Value& part : copy) {
      part = without_binary(part);
    }
  }
  return copy;
}

}  // namespace

std::optional<Serializer> serializer_of(std::string_view subprotocol) {
  const auto* found = std::find_if(kSubprotocols.begin(), kSubprotocols.end(),
                                   [subprotocol](const auto& entry) { return entry.first == subprotocol; });
  return found == kSubprotocols.end() ? std::nullopt : std::optional(found->second);
}

Result<Value> decode(Serializer serializer, std::string_view bytes) {
  Builder builder(serializer);
  if (!Value::sax_parse(bytes.begin(), bytes.end(), &builder, format_of(serializer))) {
    return builder.error();
  }
  return builder.take();
}

void encode(std::string& out, Serializer serializer, const Value& value) {
  switch (serializer) {
    case Serializer::kCbor:
      Value::to_cbor(value, out);
      break;
    case Serializer::kMsgpack:
      Value::to_msgpack(value, out);
      break;
    default:
      // Text of our own that is not UTF-8 must not throw here.
      out += (has_binary(value) ? without_binary(value) : value).dump(-1, ' ', false, Value::error_handler_t::replace);
      break;
  }
}

}  // namespace tws::wamp
