// TailForm: how a tail is written (docs/worker-protocol.md, "tail"): in which format, and in which serializer of WAMP.
#pragma once

#include <array>
#include <vector>

#include "support/json.hpp"

namespace tws::worker {

enum class ListFormat {
  kObject,  // {"<key>": {field: value, …}, …}
  kTable,   // {"fields": ["hash", …], "rows": [[…], …]}; in a delta null stands for "not changed"
};
enum class Serializer { kJson, kCbor, kMsgpack };

inline constexpr std::array kListFormats = {ListFormat::kObject, ListFormat::kTable};
inline constexpr std::array kSerializers = {Serializer::kJson, Serializer::kCbor, Serializer::kMsgpack};

// As the protocol writes them.
const char* name_of(ListFormat format);
const char* name_of(Serializer serializer);

struct TailForm {
  ListFormat format;
  Serializer serializer;
};

// The member `tails` of a watch's arguments; what this worker does not know is left out.
std::vector<TailForm> tail_forms_of(const json_t* arguments);

}  // namespace tws::worker
