// What windows cost the worker: processor time for each round of changes in a list of 10,000 torrents of which 100
// change, with no window, and with 100 different ones. build/bench/windows
#include <chrono>
#include <cstdio>
#include <ctime>
#include <list>
#include <string>

#include "worker/list_window.hpp"

using namespace tws::worker;

namespace {

constexpr int kTorrents = 10'000;
constexpr int kChanging = 100;
constexpr int kWindows = 100;
constexpr int kRounds = 50;

double processor_milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

json_t* value_of(std::string_view field, int at, int round) {
  if (field == "hashString") {
    char hash[41];
    std::snprintf(hash, sizeof hash, "%08x%032x", static_cast<unsigned>(at) * 2'654'435'761U,
                  static_cast<unsigned>(at));
    return json_string(hash);
  }
  if (field == "name") {
    return json_string(("Some Linux distribution, number " + std::to_string(at * 7919 % kTorrents)).c_str());
  }
  if (field == "labels") {
    return json_pack("[s]", std::to_string(at % 8).c_str());
  }
  if (field == "trackers") {
    return json_pack("[{s:s}]", "announce", ("https://tracker" + std::to_string(at % 9) + ".example/announce").c_str());
  }
  if (field == "downloadDir") {
    return json_string(("/srv/" + std::to_string(at % 5)).c_str());
  }
  if (field == "status") {
    return json_integer(at % 7);
  }
  return json_integer(field == "id"                                      ? at
                      : field == "rateUpload" || field == "uploadedEver" ? (at * 31 + round * 17) % 5 * 1000
                                                                         : at % 100);
}

// A table of `count` torrents from `first` on, with the first `fields` of a list's.
tws::Json table_of(std::size_t fields, int first, int count, int round) {
  tws::Json table(json_array());
  json_t* names = json_array();
  for (std::size_t i = 0; i < fields; ++i) {
    json_array_append_new(names, json_string(kListFields[i]));
  }
  json_array_append_new(table.get(), names);
  for (int i = 0; i < count; ++i) {
    json_t* row = json_array();
    for (std::size_t field = 0; field < fields; ++field) {
      json_array_append_new(row, value_of(kListFields[field], (first + i) % kTorrents, round));
    }
    json_array_append_new(table.get(), row);
  }
  return table;
}

// Filters, orders and places of all kinds.
WindowSpec spec_of(int at) {
  tws::WindowRequest request;
  const char* const sorts[] = {"name", "rateUpload", "progress", "uploadedEver", "activity"};
  request.sort.push_back({.name = sorts[at % 5], .is_descending = at % 2 == 0});
  request.offset = static_cast<std::size_t>(at) * 10;
  if (at % 3 == 0) {
    request.values[tws::kStatusFacet] = {"seeding", "active"};
  } else if (at % 3 == 1) {
    request.values[tws::kLabelsFacet] = {"1", "2", "3"};
    request.search = "linux 1";
  }
  return WindowSpec(request);
}

// Milliseconds for each round.
double measure(TorrentList& list, ListIndex& index, std::list<ListWindow>& windows, int first, std::size_t& told) {
  double spent = 0;
  for (int round = first; round < first + kRounds; ++round) {
    const tws::Json table = table_of(kLiveFieldCount, round * 4099 % kTorrents, kChanging, round);
    const ListDelta delta = *list.update(table.get(), nullptr, {});
    const double begin = processor_milliseconds();
    const ListIndex::Update update = index.update(delta);
    for (ListWindow& window : windows) {
      told += window.update(update).empty() ? 0 : 1;
    }
    spent += processor_milliseconds() - begin;
  }
  return spent / kRounds;
}

}  // namespace

int main() {
  TorrentList list;
  ListIndex index;
  std::list<ListWindow> windows;
  std::size_t told = 0;
  const ListDelta all = *list.replace(table_of(kDaemonFieldCount, 0, kTorrents, 0).get(), {});
  double begin = processor_milliseconds();
  index.update(all);
  std::printf("%d torrents: the index takes %.1f ms\n", kTorrents, processor_milliseconds() - begin);
  std::printf("%d changes, no window:   %.2f ms\n", kChanging, measure(list, index, windows, 1, told));
  begin = processor_milliseconds();
  for (int at = 0; at < kWindows; ++at) {
    windows.emplace_back(spec_of(at), index);
  }
  std::printf("a new window:            %.2f ms\n", (processor_milliseconds() - begin) / kWindows);
  const double spent = measure(list, index, windows, 1 + kRounds, told);
  std::printf("%d changes, %d windows: %.2f ms, of which %.0f have news\n", kChanging, kWindows, spent,
              static_cast<double>(told) / kRounds);
  return 0;
}
