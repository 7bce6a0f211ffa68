#include "wamp/serializer.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>
#include <vector>

#include "wamp/base64.hpp"
#include "wamp/cbor_reader.hpp"
#include "websocket/utf8_check.hpp"
#include "wire/error_uris.hpp"

namespace tws::wamp {

namespace {

// Numbers above this that have no fraction are sent as floats by some clients (cbor-x, msgpackr).
constexpr double kLargestUint32 = 4294967295.0;

using FieldsOf = std::size_t (*)(const Value& first);

std::size_t all_fields(const Value& /*first*/) { return kMaxValues; }

// Goes through what is decoded, and tells how far its reader has come.
class CountingIterator {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, std::size_t* passed) : at_(at), passed_(passed) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*passed_;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  std::size_t* passed_;
};

// Makes a Value of what the parser finds, within the bounds: the library's own has none.
class Builder final : public nlohmann::json_sax<Value> {
 public:
  Builder(Serializer serializer, std::string_view bytes, bool trusted, FieldsOf fields_of)
      : serializer_(serializer), bytes_(bytes), trusted_(trusted), fields_of_(fields_of) {}

  // False: error() says why.
  bool run() {
    if (serializer_ == Serializer::kCbor) {
      return read_cbor(bytes_, *this, passed_, is_plain_);
    }
    return Value::sax_parse(
        CountingIterator(bytes_.data(), &passed_), CountingIterator(bytes_.data() + bytes_.size(), &passed_), this,
        serializer_ == Serializer::kJson ? Value::input_format_t::json : Value::input_format_t::msgpack);
  }

  [[nodiscard]] PartlyDecoded take() { return {std::move(root_), std::move(rest_)}; }
  [[nodiscard]] Error error() const { return error_; }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t& /*text*/) override {
    const bool is_integer =
        value > kLargestUint32 && value <= static_cast<double>(kMaxId) && value == std::floor(value);
    return add(is_integer ? Value(static_cast<std::uint64_t>(value)) : Value(value));
  }
  bool binary(binary_t& value) override {
    // What msgpackr makes of `undefined`: an extension of type 0, one byte long.
    const bool is_undefined = value.has_subtype() && value.subtype() == 0 && value.size() == 1 && value.front() == 0;
    if (is_undefined) {
      return null();
    }
    // What an extension of MessagePack means, no other serializer can say, and a reader that knows it may not take it.
    is_plain_ = is_plain_ && !value.has_subtype();
    value.clear_subtype();
    return add(Value::binary(std::move(value)));
  }
  bool string(string_t& text) override {
    if (serializer_ == Serializer::kJson && !text.empty() && text.front() == '\0') {
      if (auto bytes = from_base64(std::string_view(text).substr(1))) {
        return add(Value::binary(std::move(*bytes)));
      }
    }
    return is_text(text) && add(std::move(text));
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
    return trusted_ || serializer_ == Serializer::kJson || is_utf8(text) || fail("a string that is not UTF-8", {});
  }

  bool count_value() {
    return trusted_ || ++count_ <= kMaxValues ||
           fail("more than " + std::to_string(kMaxValues) + " values in one message", error_uri::kPayloadSizeExceeded);
  }

  // The rest of the outermost list, behind the fields that are built.
  [[nodiscard]] bool is_in_rest() const {
    return !rest_.empty() || (depth_ == 1 && root_.is_array() && root_.size() >= fields_);
  }

  // A part of the rest, which has room for a list and a dictionary.
  bool begin_part(bool is_list) {
    rest_.push_back({{}, is_list, true, true});
    return rest_.size() <= 2 || fail("more than a list and a dictionary of arguments", {});
  }

  bool add(Value value) {
    if (!is_in_rest()) {
      return build(std::move(value)) != nullptr;
    }
    if (depth_ > 1) {
      rest_.back().is_empty = false;
      return count_value();
    }
    // Some clients say null for what is absent.
    if (!value.is_null()) {
      return fail("arguments are a list and a dictionary", {});
    }
    end_item();
    return begin_part(rest_.empty());
  }

  // Null: refused.
  Value* build(Value value) {
    if (!count_value()) {
      return nullptr;
    }
    Value* built = nullptr;
    if (open_.empty()) {
      root_ = std::move(value);
      built = &root_;
    } else if (open_.back()->is_array()) {
      open_.back()->push_back(std::move(value));
      built = &open_.back()->back();
    } else {
      // A second one would hide the first from checks.
      if (open_.back()->contains(key_)) {
        if (!trusted_) {
          fail("a dictionary with a key twice", {});
          return nullptr;
        }
        built = &doubled_.emplace_back(std::move(value));
      } else {
        built = &*open_.back()->emplace(std::move(key_), std::move(value)).first;
      }
    }
    if (depth_ == 1 && root_.size() == 1 && root_.is_array()) {
      fields_ = fields_of_(*built);
    }
    end_item();
    return built;
  }

  bool open(Value container) {
    if (depth_ == kMaxDepth && !trusted_) {
      return fail("nested deeper than " + std::to_string(kMaxDepth), error_uri::kPayloadSizeExceeded);
    }
    if (is_in_rest()) {
      return open_in_rest(container.is_array());
    }
    Value* built = build(std::move(container));
    if (built != nullptr) {
      open_.push_back(built);
      ++depth_;
    }
    return built != nullptr;
  }

  bool open_in_rest(bool is_list) {
    if (depth_++ > 1) {
      rest_.back().is_empty = false;
      return count_value();
    }
    is_plain_ = true;
    // What comes before it in JSON may be white space.
    rest_begin_ = serializer_ == Serializer::kJson ? passed_ - 1 : item_end_;
    return begin_part(is_list) && count_value();
  }

  bool close() {
    --depth_;
    if (rest_.empty()) {
      open_.pop_back();
    } else if (depth_ == 1) {
      rest_.back().bytes = bytes_.substr(rest_begin_, passed_ - rest_begin_);
      rest_.back().is_plain = is_plain_;
    }
    end_item();
    return true;
  }

  void end_item() {
    if (depth_ == 1) {
      item_end_ = passed_;
    }
  }

  Serializer serializer_;
  std::string_view bytes_;
  bool trusted_;
  FieldsOf fields_of_;
  std::size_t passed_ = 0;  // of the bytes
  Value root_;
  std::vector<Value*> open_;  // the containers that are not complete, outermost first; none of the rest's
  std::size_t depth_ = 0;
  std::string key_;
  std::size_t count_ = 0;
  std::size_t fields_ = kMaxValues;
  std::size_t item_end_ = 0;  // of the outermost list's last element
  std::size_t rest_begin_ = 0;
  std::vector<PartlyDecoded::Part> rest_;
  bool is_plain_ = true;       // what is decoded just now
  std::deque<Value> doubled_;  // what stands behind a key for the second time: nobody sees it
  Error error_;
};

bool has_binary(const Value& value) {
  return value.is_binary() || (value.is_structured() && std::any_of(value.begin(), value.end(), [](const Value& part) {
                                 return has_binary(part);
                               }));
}

// As JSON can say it.
void replace_binary(Value& value) {
  if (value.is_binary()) {
    const auto& bytes = value.get_binary();
    value = std::string(1, '\0') + to_base64(bytes.data(), bytes.size());
  } else if (value.is_structured()) {
    for (Value& part : value) {
      replace_binary(part);
    }
  }
}

// Text of our own that is not UTF-8 must not throw.
std::string to_json(const Value& value) { return value.dump(-1, ' ', false, Value::error_handler_t::replace); }

}  // namespace

Result<Value> decode(Serializer serializer, std::string_view bytes) {
  auto decoded = decode_partly(serializer, bytes, all_fields);
  return decoded ? Result<Value>(std::move(decoded->list)) : decoded.error();
}

Result<PartlyDecoded> decode_partly(Serializer serializer, std::string_view bytes, FieldsOf fields_of) {
  Builder builder(serializer, bytes, false, fields_of);
  if (!builder.run()) {
    return builder.error();
  }
  return builder.take();
}

Value decode_trusted(Serializer serializer, std::string_view bytes) {
  Builder builder(serializer, bytes, true, all_fields);
  builder.run();
  return builder.take().list;
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
      if (has_binary(value)) {
        Value copy = value;
        replace_binary(copy);
        out += to_json(copy);
      } else {
        out += to_json(value);
      }
      break;
  }
}

}  // namespace tws::wamp
