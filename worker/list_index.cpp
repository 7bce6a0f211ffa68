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
      removed_.push_back(found->second);
      slots_.erase(found);
    }
  }
  Update update{.changes = {}, .removed = removed_};
  update.changes.reserve(delta.changes.size());
  for (const ListDelta::Change& change : delta.changes) {
    update.changes.push_back(take(change));
  }
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
  if (change.fields[kName]) {
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

ListIndex::Slot ListIndex::new_slot() {
  if (free_.empty()) {
    torrents_.emplace_back();
    return static_cast<Slot>(torrents_.size() - 1);
  }
  const Slot slot = free_.back();
  free_.pop_back();
  return slot;
}

}  // namespace tws::worker
