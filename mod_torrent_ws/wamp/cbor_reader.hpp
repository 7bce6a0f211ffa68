// Reads CBOR (RFC 8949) with libcbor's streaming decoder and tells what it finds as nlohmann::json's own readers do.
// That library's reader of CBOR knows no `undefined`, which clients send for what is absent. No thread affinity.
#pragma once

#include <cstddef>
#include <string_view>

#include "wamp/value.hpp"

namespace tws::wamp {

// One whole item; tags are passed over. `passed` says, at each event, how many of the bytes it has behind it;
// `is_plain` becomes false at a tag that is none of a big number or of bytes. False: not well-formed, a key that is no
// text, or the sink did not want to go on.
bool read_cbor(std::string_view bytes, nlohmann::json_sax<Value>& sink, std::size_t& passed, bool& is_plain);

}  // namespace tws::wamp
