// WindowOrder: the order of a window's torrents, by several keys; equal ones by name, and then by hash, so that it
// never depends on chance.
#pragma once

#include <string_view>
#include <vector>

#include "worker/list_index.hpp"

namespace tws::worker {

class WindowOrder {
 public:
  // Adds a key behind those before it. `name` is one that read_window_request() takes.
  void add(std::string_view name, bool is_descending);

  // The fields that it depends on.
  [[nodiscard]] const FieldSet& fields() const { return fields_; }
  // Whether `left` comes before `right`.
  [[nodiscard]] bool comes_before(const ListIndex& index, Slot left, Slot right) const;

 private:
  struct Key {
    std::size_t column;
    bool is_descending;
  };

  std::vector<Key> keys_;
  FieldSet fields_ = FieldSet().set(list_field("name"));
};

}  // namespace tws::worker
