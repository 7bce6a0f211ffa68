// The names of Transmission's RPC: methods, arguments, fields and members of results, as transmission-daemon 3.00
// spells them (legacy: kebab-case and camelCase) and as 4.1 does (snake_case). One table, both ways.
#pragma once

#include <string_view>

namespace tws::worker {

// A few names 3.00 spells differently where they are a torrent's and where they are the session's.
enum class NamesOf { kTorrents, kTheRest };

// A name that is the same in both, or unknown, is given back as it is.
std::string_view snake_name(std::string_view legacy);
std::string_view legacy_name(std::string_view snake, NamesOf names_of);

}  // namespace tws::worker
