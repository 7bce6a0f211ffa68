// What torrents are sorted by, as numbers: a column for each field of the list, and those of the GUI's that are none.
#pragma once

#include <cstddef>

#include "worker/torrent_list.hpp"

namespace tws::worker {

inline constexpr std::size_t kActivityColumn = kListFieldCount;
inline constexpr std::size_t kProgressColumn = kListFieldCount + 1;
inline constexpr std::size_t kSortColumnCount = kListFieldCount + 2;

// The fields that a column depends on.
FieldSet fields_of_column(std::size_t column);

// The torrent's number there: a lower one comes first. 0 where the field is no number and no boolean.
double sort_number(const Torrent& torrent, std::size_t column);

}  // namespace tws::worker
