#include "worker/window_order.hpp"

#include "wire/window_request.hpp"
#include "worker/sort_columns.hpp"

namespace tws::worker {

namespace {

constexpr std::size_t kName = list_field("name");
constexpr std::size_t kLabels = list_field("labels");
constexpr std::size_t kDownloadDir = list_field("downloadDir");
constexpr std::size_t kErrorString = list_field("errorString");

template <typename T>
int three_way(const T& left, const T& right) {
  return left < right ? -1 : static_cast<int>(right < left);
}

// Negative, 0 or positive, as with strcmp().
int compare(const ListIndex& index, std::size_t column, Slot left, Slot right) {
  switch (column) {
    case kName:
      return index[left].name_key.compare(index[right].name_key);
    case kLabels:
      return three_way(index[left].facets.values[kLabelsFacet], index[right].facets.values[kLabelsFacet]);
    case kDownloadDir:
    case kErrorString:
    case kOwnerField:
    case kHashField:
      return string_of((*index[left].torrent)[column].get()).compare(string_of((*index[right].torrent)[column].get()));
    default:
      return three_way(index.sort_number(column, left), index.sort_number(column, right));
  }
}

}  // namespace

void WindowOrder::add(std::string_view name, bool is_descending) {
  const std::size_t column = name == kActivityKey   ? kActivityColumn
                             : name == kProgressKey ? kProgressColumn
                                                    : find_list_field(name).value_or(kName);
  keys_.push_back({.column = column, .is_descending = is_descending});
  fields_ |= fields_of_column(column);
}

bool WindowOrder::comes_before(const ListIndex& index, Slot left, Slot right) const {
  for (const Key& key : keys_) {
    if (&key == &keys_.back() && key.column == kName && !key.is_descending) {
      break;  // as it is in any case
    }
    if (const int order = compare(index, key.column, left, right); order != 0) {
      return key.is_descending ? order > 0 : order < 0;
    }
  }
  return index.name_rank(left) < index.name_rank(right);
}

}  // namespace tws::worker
