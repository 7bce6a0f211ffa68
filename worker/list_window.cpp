#include "worker/list_window.hpp"

#include <algorithm>
#include <utility>

namespace tws::worker {

ListWindow::ListWindow(WindowSpec spec, const ListIndex& index) : spec_(std::move(spec)), index_(index) {
  ListIndex::Update everything;
  for (const auto& [hash, slot] : index.slots()) {
    everything.changes.push_back(
        {.slot = slot, .fields = FieldSet().set(), .is_new = true, .has_new_facets = true, .before = {}});
  }
  update(everything);
}

WindowDelta ListWindow::update(const ListIndex::Update& update) {
  failures_.resize(index_.capacity());
  is_in_range_.resize(index_.capacity());
  for (const Slot slot : update.removed) {
    forget(slot);
  }
  for (const ListIndex::Change& change : update.changes) {
    evaluate(change);
  }
  order_.settle([this](Slot left, Slot right) { return spec_.order.comes_before(index_, left, right); });
  return new_of(update);
}

void ListWindow::forget(Slot slot) {
  counts_.remove(index_[slot].facets, failures_[slot]);
  if (matches(slot)) {
    order_.leave(slot);
  }
}

void ListWindow::evaluate(const ListIndex::Change& change) {
  const Slot slot = change.slot;
  const bool matched = !change.is_new && matches(slot);
  if (change.has_new_facets) {
    if (!change.is_new) {
      counts_.remove(change.before, failures_[slot]);
    }
    failures_[slot] = spec_.filter.failures(index_[slot]);
    counts_.add(index_[slot].facets, failures_[slot]);
  }
  const bool moves = (change.fields & spec_.order.fields()).any();
  if (matched && (moves || !matches(slot))) {
    order_.leave(slot);
  }
  if (matches(slot) && (moves || !matched)) {
    order_.come(slot);
  }
}

WindowDelta ListWindow::new_of(const ListIndex::Update& update) {
  WindowDelta delta;
  delta.counts = counts_.take_changes();
  const std::vector<Slot> before = std::exchange(range_, new_range());
  delta.is_order_new = range_ != before;
  std::vector<std::uint8_t> was_in_range = is_in_range_;
  if (delta.is_order_new) {
    std::fill(is_in_range_.begin(), is_in_range_.end(), 0);
    for (const Slot slot : range_) {
      is_in_range_[slot] = 1;
      if (was_in_range[slot] == 0) {
        delta.torrents.changes.push_back(whole(slot));
      }
    }
    for (const Slot slot : before) {
      if (is_in_range_[slot] == 0) {
        delta.torrents.removed.push_back(index_[slot].hash);
      }
    }
  }
  for (const ListIndex::Change& change : update.changes) {
    const FieldSet shown = change.fields & spec_.fields;
    if (is_in_range_[change.slot] != 0 && was_in_range[change.slot] != 0 && shown.any()) {
      ListDelta::Change known = whole(change.slot);
      known.fields = shown;
      known.is_new = false;
      delta.torrents.changes.push_back(known);
    }
  }
  return delta;
}

std::vector<Slot> ListWindow::new_range() const {
  const std::vector<Slot>& order = order_.slots();
  const auto begin = order.begin() + static_cast<std::ptrdiff_t>(std::min(spec_.offset, order.size()));
  const auto length = std::min(spec_.limit, static_cast<std::size_t>(order.end() - begin));
  return {begin, begin + static_cast<std::ptrdiff_t>(length)};
}

ListDelta::Change ListWindow::whole(Slot slot) const {
  return {.hash = &index_[slot].hash, .torrent = index_[slot].torrent, .fields = spec_.fields, .is_new = true};
}

ListDelta ListWindow::everything() const {
  ListDelta all;
  for (const Slot slot : range_) {
    all.changes.push_back(whole(slot));
  }
  return all;
}

}  // namespace tws::worker
