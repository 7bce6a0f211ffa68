#include "wamp/cbor_reader.hpp"

#include <cbor.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tws::wamp {

namespace {

struct Undefined {};  // or null
struct Tag {
  std::uint64_t number;
};
struct Break {};
struct NegativeNumber {
  std::uint64_t magnitude;  // of -1 - magnitude
};
struct Bytes {
  std::string_view bytes;
};
struct Text {
  std::string_view text;
};
// Of a container, how many items follow; of indefinite length: none is said.
struct ListStart {
  std::optional<std::uint64_t> size;
};
struct DictStart {
  std::optional<std::uint64_t> size;
};
// The beginning of a string that comes in pieces.
struct PiecesStart {
  bool is_text;
};

using Item = std::variant<Undefined, Tag, Break, bool, std::uint64_t, NegativeNumber, double, Bytes, Text, ListStart,
                          DictStart, PiecesStart>;

// libcbor calls back before it says how many bytes the item had, so that it is noted first.
template <typename Noted, typename... Given>
void note(void* item, Given... given) {
  *static_cast<Item*>(item) = Noted{given...};
}

std::string_view view_of(cbor_data data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

constexpr cbor_callbacks kCallbacks = {
    .uint8 = [](void* item, std::uint8_t value) { note<std::uint64_t>(item, value); },
    .uint16 = [](void* item, std::uint16_t value) { note<std::uint64_t>(item, value); },
    .uint32 = [](void* item, std::uint32_t value) { note<std::uint64_t>(item, value); },
    .uint64 = note<std::uint64_t, std::uint64_t>,
    .negint64 = note<NegativeNumber, std::uint64_t>,
    .negint32 = [](void* item, std::uint32_t value) { note<NegativeNumber>(item, std::uint64_t{value}); },
    .negint16 = [](void* item, std::uint16_t value) { note<NegativeNumber>(item, std::uint64_t{value}); },
    .negint8 = [](void* item, std::uint8_t value) { note<NegativeNumber>(item, std::uint64_t{value}); },
    .byte_string_start = [](void* item) { note<PiecesStart>(item, false); },
    .byte_string = [](void* item, cbor_data data, std::size_t size) { note<Bytes>(item, view_of(data, size)); },
    .string = [](void* item, cbor_data data, std::size_t size) { note<Text>(item, view_of(data, size)); },
    .string_start = [](void* item) { note<PiecesStart>(item, true); },
    .indef_array_start = [](void* item) { note<ListStart>(item); },
    .array_start = [](void* item, std::size_t size) { note<ListStart>(item, std::uint64_t{size}); },
    .indef_map_start = [](void* item) { note<DictStart>(item); },
    .map_start = [](void* item, std::size_t size) { note<DictStart>(item, std::uint64_t{size}); },
    .tag = note<Tag, std::uint64_t>,
    .float2 = [](void* item, float value) { note<double>(item, static_cast<double>(value)); },
    .float4 = [](void* item, float value) { note<double>(item, static_cast<double>(value)); },
    .float8 = note<double, double>,
    .undefined = note<Undefined>,
    .null = note<Undefined>,
    .boolean = note<bool, bool>,
    .indef_break = note<Break>,
};

class Reader {
 public:
  Reader(std::string_view bytes, nlohmann::json_sax<Value>& sink, std::size_t& passed, bool& is_plain)
      : bytes_(bytes), sink_(sink), passed_(passed), is_plain_(is_plain) {}

  bool run() {
    do {
      const auto result = cbor_stream_decode(reinterpret_cast<cbor_data>(bytes_.data()) + passed_,
                                             bytes_.size() - passed_, &kCallbacks, &item_);
      if (result.status != CBOR_DECODER_FINISHED) {
        return malformed();
      }
      passed_ += result.read;
      if (!suits_tag(std::exchange(tagged_, Tagged::kNot)) ||
          !std::visit([this](const auto& item) { return on(item); }, Item(item_)) || !end_full()) {
        return false;
      }
    } while (!complete_);
    return passed_ == bytes_.size() || malformed();
  }

 private:
  struct Open {
    bool is_dict;
    std::optional<std::uint64_t> left;  // items; of a dictionary keys and values
    bool key_next = true;
  };

  enum class Tagged { kNot, kBytes, kOther };

  // What follows a tag is an item, and of a kind that it can be of.
  bool suits_tag(Tagged tagged) {
    const bool suits = (tagged != Tagged::kBytes || std::holds_alternative<Bytes>(item_)) &&
                       (tagged == Tagged::kNot || !std::holds_alternative<Break>(item_));
    return suits || malformed();
  }

  bool malformed() {
    return sink_.parse_error(passed_, "", nlohmann::detail::parse_error::create(0, passed_, "CBOR", nullptr));
  }

  bool on(Tag tag) {
    if (!takes_value()) {
      return malformed();
    }
    // RFC 8949, 3.4.3, and RFC 8746: of bytes, which no reader can take amiss.
    constexpr std::uint64_t kBytesTags[] = {2, 3, 64};
    const bool is_of_bytes =
        std::find(std::begin(kBytesTags), std::end(kBytesTags), tag.number) != std::end(kBytesTags);
    is_plain_ = is_plain_ && is_of_bytes;
    tagged_ = is_of_bytes ? Tagged::kBytes : Tagged::kOther;
    return true;
  }
  bool on(Undefined /*undefined*/) { return takes_value() ? item_done(sink_.null()) : malformed(); }
  bool on(bool value) { return takes_value() ? item_done(sink_.boolean(value)) : malformed(); }
  bool on(std::uint64_t value) { return takes_value() ? item_done(sink_.number_unsigned(value)) : malformed(); }
  bool on(double value) { return takes_value() ? item_done(sink_.number_float(value, {})) : malformed(); }
  bool on(NegativeNumber number) {
    if (!takes_value()) {
      return malformed();
    }
    const bool fits = number.magnitude <= static_cast<std::uint64_t>(INT64_MAX);
    return item_done(fits ? sink_.number_integer(-1 - static_cast<std::int64_t>(number.magnitude))
                          : sink_.number_float(-1.0 - static_cast<double>(number.magnitude), {}));
  }
  bool on(Bytes piece) {
    if (pieces_) {
      pieces_text_.append(piece.bytes);
      return !*pieces_ || malformed();
    }
    return !is_key() ? item_done(emit(false, std::string(piece.bytes))) : malformed();
  }
  bool on(Text piece) {
    if (pieces_) {
      pieces_text_.append(piece.text);
      return *pieces_ || malformed();
    }
    return item_done(emit(true, std::string(piece.text)));
  }
  bool on(PiecesStart start) {
    if (pieces_ || (is_key() && !start.is_text)) {
      return malformed();
    }
    pieces_ = start.is_text;
    pieces_text_.clear();
    return true;
  }
  bool on(ListStart start) {
    if (!takes_value()) {
      return malformed();
    }
    if (!sink_.start_array(static_cast<std::size_t>(start.size.value_or(0)))) {
      return false;
    }
    open_.push_back({false, start.size});
    return true;
  }
  bool on(DictStart start) {
    if (!takes_value()) {
      return malformed();
    }
    if (!sink_.start_object(static_cast<std::size_t>(start.size.value_or(0)))) {
      return false;
    }
    // Two for each, within what a message can hold anyhow.
    open_.push_back({true, start.size ? std::optional(std::min(*start.size, bytes_.size() + 1) * 2) : std::nullopt});
    return true;
  }
  bool on(Break /*end*/) {
    if (pieces_) {
      const bool is_text = *pieces_;
      pieces_.reset();
      return item_done(emit(is_text, std::move(pieces_text_)));
    }
    const bool may_end = !open_.empty() && !open_.back().left && (!open_.back().is_dict || open_.back().key_next);
    return may_end ? end_container() : malformed();
  }

  [[nodiscard]] bool is_key() const { return !open_.empty() && open_.back().is_dict && open_.back().key_next; }

  [[nodiscard]] bool takes_value() const { return !is_key() && !pieces_; }

  bool emit(bool is_text, std::string bytes) {
    if (!is_text) {
      Value::binary_t binary(std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
      return sink_.binary(binary);
    }
    return is_key() ? sink_.key(bytes) : sink_.string(bytes);
  }

  // An item is there: it was one of its container's.
  bool item_done(bool wanted) {
    if (open_.empty()) {
      complete_ = true;
    } else {
      Open& container = open_.back();
      container.key_next = !container.key_next;
      if (container.left) {
        --*container.left;
      }
    }
    return wanted;
  }

  bool end_container() {
    const bool is_dict = open_.back().is_dict;
    open_.pop_back();
    return item_done(is_dict ? sink_.end_object() : sink_.end_array());
  }

  // Ends the containers that are full; a string in pieces is still one of its own.
  bool end_full() {
    while (!open_.empty() && open_.back().left == 0U) {
      if (!end_container()) {
        return false;
      }
    }
    return true;
  }

  std::string_view bytes_;
  nlohmann::json_sax<Value>& sink_;
  std::size_t& passed_;
  bool& is_plain_;
  Tagged tagged_ = Tagged::kNot;
  Item item_;
  std::vector<Open> open_;
  std::optional<bool> pieces_;  // whether the string in pieces that has begun is text
  std::string pieces_text_;
  bool complete_ = false;
};

}  // namespace

bool read_cbor(std::string_view bytes, nlohmann::json_sax<Value>& sink, std::size_t& passed, bool& is_plain) {
  return Reader(bytes, sink, passed, is_plain).run();
}

}  // namespace tws::wamp
