// What a JSON value may look like.
#pragma once

#include <jansson.h>

#include <cstddef>

namespace tws::worker {

// Whether it is an array all elements of which satisfy the predicate.
template <typename Predicate>
bool is_list_of(const json_t* value, Predicate predicate) {
  std::size_t index = 0;
  const json_t* item = nullptr;
  json_array_foreach(value, index, item) {
    if (!predicate(item)) {
      return false;
    }
  }
  return json_is_array(value);
}

}  // namespace tws::worker
