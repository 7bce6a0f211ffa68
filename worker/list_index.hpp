// ListIndex: the torrents of a TorrentList as windows look at them: numbered, with what they filter and sort by. What
// all windows need of a change is found out here once.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "worker/sort_columns.hpp"
#include "worker/sorted_slots.hpp"
#include "worker/torrent_facets.hpp"
#include "worker/torrent_list.hpp"

namespace tws::worker {

struct IndexedTorrent {
  std::string hash;
  const Torrent* torrent = nullptr;  // into the list; null when it was removed
  TorrentFacets facets;
  std::string name_key;  // order_key() of its name
};

class ListIndex {
 public:
  struct Change {
    Slot slot;
    FieldSet fields;
    bool is_new;
    bool has_new_facets;
    TorrentFacets before;  // if it has, and is not new itself
  };
  struct Update {
    std::vector<Change> changes;
    std::vector<Slot> removed;  // hash and facets can still be read, until the next update
  };

  // What the list was told is told to the index, before the list changes again.
  Update update(const ListDelta& delta);
  void clear();

  [[nodiscard]] std::size_t size() const { return slots_.size(); }
  // Every slot is less.
  [[nodiscard]] std::size_t capacity() const { return torrents_.size(); }
  [[nodiscard]] const IndexedTorrent& operator[](Slot slot) const { return torrents_[slot]; }
  // sort_number() of a torrent, and its place by name and hash among all. Side by side in memory, as sorting wants it.
  [[nodiscard]] double sort_number(std::size_t column, Slot slot) const { return columns_[column][slot]; }
  [[nodiscard]] std::uint32_t name_rank(Slot slot) const { return name_ranks_[slot]; }
  // By hash.
  [[nodiscard]] const std::map<std::string, Slot, std::less<>>& slots() const { return slots_; }

 private:
  Slot new_slot();
  Change take(const ListDelta::Change& change);
  void sort_names();

  std::vector<IndexedTorrent> torrents_;
  std::map<std::string, Slot, std::less<>> slots_;
  std::vector<Slot> free_;
  std::vector<Slot> removed_;  // by the last update
  // By slot.
  std::array<std::vector<double>, kSortColumnCount> columns_;
  std::vector<std::uint32_t> name_ranks_;
  SortedSlots by_name_;
};

}  // namespace tws::worker
