// ListWindow: a part of a daemon's list: filtered, in order, from one place to another; and what changes of it.
// Evaluates again what changed, nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "worker/list_index.hpp"
#include "worker/window_counts.hpp"
#include "worker/window_spec.hpp"

namespace tws::worker {

// What is new of a window for who knows what it was before.
struct WindowDelta {
  ListDelta torrents;  // who came into the range: new, and whole; who left it: removed
  bool is_order_new = false;
  Json counts{json_object()};  // as WindowCounts::take_changes()

  [[nodiscard]] bool empty() const { return torrents.empty() && !is_order_new && json_object_size(counts.get()) == 0; }
};

class ListWindow {
 public:
  // Of the torrents that are in the index now. The index must outlive it.
  ListWindow(WindowSpec spec, const ListIndex& index);

  // What the index told of its last update; every update is told.
  WindowDelta update(const ListIndex::Update& update);

  // The range's torrents, in order.
  [[nodiscard]] const std::vector<Slot>& range() const { return range_; }
  [[nodiscard]] std::size_t offset() const { return spec_.offset; }
  // The range for who knows nothing of it: all torrents are new.
  [[nodiscard]] ListDelta everything() const;
  [[nodiscard]] Json counts() const { return counts_.all(); }

 private:
  void evaluate(const ListIndex::Change& change);
  void forget(Slot slot);
  [[nodiscard]] bool matches(Slot slot) const { return failures_[slot].none(); }
  // Once the order is as it is now.
  WindowDelta new_of(const ListIndex::Update& update);
  [[nodiscard]] std::vector<Slot> new_range() const;
  [[nodiscard]] ListDelta::Change whole(Slot slot) const;

  WindowSpec spec_;
  const ListIndex& index_;
  WindowCounts counts_;
  std::vector<WindowFilter::Failures> failures_;  // by slot
  SortedSlots order_;                             // of all that match
  std::vector<Slot> range_;                       // as last told
  std::vector<std::uint8_t> is_in_range_;         // by slot: the same
};

}  // namespace tws::worker
