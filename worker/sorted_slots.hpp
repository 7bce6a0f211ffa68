// SortedSlots: numbers of torrents in some order that is kept while a few come, leave or move.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace tws::worker {

using Slot = std::uint32_t;  // a torrent's number, dense (list_index.hpp)

class SortedSlots {
 public:
  [[nodiscard]] const std::vector<Slot>& slots() const { return slots_; }

  // Who moves leaves and comes. What they say of it counts with settle().
  void leave(Slot slot) {
    if (slot >= leaves_.size()) {
      leaves_.resize(slot + 1);
    }
    leaves_[slot] = 1;
    somebody_leaves_ = true;
  }
  void come(Slot slot) { come_.push_back(slot); }

  // Takes out who leaves and puts in who comes; tells whether there was anybody. comes_before(left, right) is the
  // order, which is what it was for all others.
  template <typename ComesBefore>
  bool settle(ComesBefore comes_before) {
    if (!somebody_leaves_ && come_.empty()) {
      return false;
    }
    if (std::exchange(somebody_leaves_, false)) {
      std::erase_if(slots_, [this](Slot slot) { return slot < leaves_.size() && leaves_[slot] != 0; });
      std::fill(leaves_.begin(), leaves_.end(), 0);
    }
    // A daemon's answer may have a torrent twice.
    std::sort(come_.begin(), come_.end(), comes_before);
    come_.erase(std::unique(come_.begin(), come_.end()), come_.end());
    std::vector<Slot> merged;
    merged.reserve(slots_.size() + come_.size());
    auto rest = slots_.cbegin();
    for (const Slot slot : come_) {
      const auto place = std::upper_bound(rest, slots_.cend(), slot, comes_before);
      merged.insert(merged.end(), rest, place);
      merged.push_back(slot);
      rest = place;
    }
    merged.insert(merged.end(), rest, slots_.cend());
    slots_ = std::move(merged);
    come_.clear();
    return true;
  }

 private:
  std::vector<Slot> slots_;
  std::vector<std::uint8_t> leaves_;  // by slot
  bool somebody_leaves_ = false;
  std::vector<Slot> come_;
};

}  // namespace tws::worker
