#include "worker/list_index.hpp"

#include <utility>

#include "worker/text_order.hpp"

namespace tws::worker {

namespace {

constexpr std::size_t kName = list_field("name");

}  // namespace

ListIndex::Update ListIndex::update(const ListDelta& delta) {
  free_.insert(free_.end(), removed_.begin(), removed_.end());
  removed_.clear();
  for (const std::string& hash : delta.removed) {
    if (const auto found = slots_.find(hash); found != slots_.end()) {
      torrents_[found->second].torrent = nullptr;
      by_name_.leave(found->second);
      removed_.push_back(found->second);
      slots_.erase(found);
    }
  }
  Update update{.changes = {}, .removed = removed_};
  update.changes.reserve(delta.changes.size());
  for (const ListDelta::Change& change : delta.changes) {
    update.changes.push_back(take(change));
  }
  sort_names();
  return update;
}

void ListIndex::clear() { *this = ListIndex(); }

ListIndex::Change ListIndex::take(const ListDelta::Change& change) {
  const auto [found, is_new] = slots_.try_emplace(*change.hash, 0);
  if (is_new) {
    found->second = new_slot();
    torrents_[found->second] = {.hash = *change.hash, .torrent = change.torrent, .facets = {}, .name_key = {}};
  }
  Change taken{.slot = found->second, .fields = change.fields, .is_new = is_new, .has_new_facets = false, .before = {}};
  IndexedTorrent& indexed = torrents_[taken.slot];
  for (std::size_t column = 0; column < kSortColumnCount; ++column) {
    if ((change.fields & fields_of_column(column)).any()) {
      columns_[column][taken.slot] = worker::sort_number(*change.torrent, column);
    }
  }
  if (change.fields[kName]) {
    if (!is_new) {
      by_name_.leave(taken.slot);
    }
    by_name_.come(taken.slot);
    indexed.name_key = order_key(string_of((*change.torrent)[kName].get()));
  }
  if (touches_facets(change.fields)) {
    TorrentFacets facets = facets_of(*change.torrent, change.fields, indexed.facets);
    taken.has_new_facets = facets != indexed.facets;
    if (taken.has_new_facets) {
      taken.before = std::exchange(indexed.facets, std::move(facets));
    }
  }
  return taken;
}

void ListIndex::sort_names() {
  const bool has_changed = by_name_.settle([this](Slot left, Slot right) {
    const int order = torrents_[left].name_key.compare(torrents_[right].name_key);
    return order != 0 ? order < 0 : torrents_[left].hash < torrents_[right].hash;
  });
  if (has_changed) {
    std::uint32_t rank = 0;
    for (const Slot slot : by_name_.slots()) {
      name_ranks_[slot] = rank++;
    }
  }
}

Slot ListIndex::new_slot() {
  if (free_.empty()) {
    torrents_.emplace_back();
    name_ranks_.emplace_back();
    for (auto& column : columns_) {
      column.emplace_back();
    }
    return static_cast<Slot>(torrents_.size() - 1);
  }
  const Slot slot = free_.back();
  free_.pop_back();
  return slot;
}

}  // namespace tws::worker
