// TailForm: how a tail is written (docs/worker-protocol.md, "tail"): in which format, and in which serializer of WAMP.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "support/json.hpp"
#include "wire/serializer.hpp"

namespace tws::worker {

enum class ListFormat {
  kObject,  // {"<key>": {field: value, …}, …}
  kTable,   // {"fields": ["hash", …], "rows": [[…], …]}; in a delta null stands for "not changed"
};

inline constexpr std::array kListFormats = {ListFormat::kObject, ListFormat::kTable};

// As the protocol writes it.
const char* name_of(ListFormat format);
std::optional<ListFormat> format_named(std::string_view name);

struct TailForm {
  ListFormat format;
  Serializer serializer;
};

// The member `tails` of a watch's arguments; what this worker does not know is left out.
std::vector<TailForm> tail_forms_of(const json_t* arguments);

// The header member `tails` of a progress frame: each form with the length of its tail; not those whose length is 0.
Json lengths_of_tails(std::span<const TailForm> forms, std::span<const std::size_t> lengths);

}  // namespace tws::worker
