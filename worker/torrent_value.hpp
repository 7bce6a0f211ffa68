// The torrent list and its deltas as a value, which serializers other than JSON are written of: CBOR and MessagePack
// both of the same one.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "worker/tail_form.hpp"
#include "worker/torrent_list.hpp"

namespace tws::worker {

// {"torrents": …, "removed": […]} and the members of the dictionary `further`, as a tail has them. A torrent's key is
// `key_prefix` and its hash; `daemon` is what its field of this name says.
nlohmann::json tail_value(ListFormat format, const ListDelta& delta, const json_t* further, const std::string& daemon,
                          const std::string& key_prefix);

// What a JSON value says, as such a value.
nlohmann::json value_of(const json_t* json);

// Appends the members of such a value, one behind the other. Not for JSON.
void append_members(std::string& out, Serializer serializer, const nlohmann::json& tail);

}  // namespace tws::worker
