// Windows of a daemon's list: after random changes, what their deltas add up to is what filtering, sorting and counting
// the whole list anew gives.
#include <CppUTest/TestHarness.h>

#include <algorithm>
#include <list>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "worker/list_index.hpp"
#include "worker/list_window.hpp"
#include "worker/text_order.hpp"
#include "worker/torrent_list.hpp"
#include "worker/window_spec.hpp"

using tws::Json;
using tws::kStatusValues;
using tws::kTrackersFacet;
using tws::worker::facets_of;
using tws::worker::FieldSet;
using tws::worker::fold_case;
using tws::worker::HashSet;
using tws::worker::IndexedTorrent;
using tws::worker::kDaemonFieldCount;
using tws::worker::kListFieldCount;
using tws::worker::kListFields;
using tws::worker::kLiveFieldCount;
using tws::worker::list_field;
using tws::worker::ListDelta;
using tws::worker::ListIndex;
using tws::worker::ListWindow;
using tws::worker::order_key;
using tws::worker::Owners;
using tws::worker::Torrent;
using tws::worker::TorrentList;
using tws::worker::WindowDelta;
using tws::worker::WindowFilter;
using tws::worker::WindowSpec;
using Value = nlohmann::json;

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// What a daemon has of one torrent, and what is expected of a window that it is in.
struct Given {
  std::string hash;
  std::string word;
  int number = 0;
  int status = 0;
  int error = 0;
  int rate = 0;
  int eta = 0;
  double ratio = 0;
  double metadata = 1;
  double recheck = 0;
  double percent = 0;
  bool finished = false;
  bool stalled = false;
  std::set<std::string> labels;
  std::set<std::string> trackers;
  std::string folder;
  std::string owner;

  [[nodiscard]] std::string name() const { return word + " " + std::to_string(number); }

  [[nodiscard]] Value field(const std::string& field) const {
    Value announcers = Value::array();
    for (const std::string& host : trackers) {
      announcers.push_back({{"announce", "https://" + host + ":443/announce?x=1"}});
      announcers.push_back({{"announce", "udp://" + host + "/"}});
    }
    const std::map<std::string, Value> values = {{"hashString", hash},
                                                 {"id", 1},
                                                 {"name", name()},
                                                 {"status", status},
                                                 {"error", error},
                                                 {"rateUpload", rate},
                                                 {"eta", eta},
                                                 {"uploadRatio", ratio},
                                                 {"metadataPercentComplete", metadata},
                                                 {"recheckProgress", recheck},
                                                 {"percentDone", percent},
                                                 {"isFinished", finished},
                                                 {"isStalled", stalled},
                                                 {"labels", labels},
                                                 {"trackers", announcers},
                                                 {"downloadDir", folder},
                                                 {"owner", owner}};
    const auto found = values.find(field);
    return found == values.end() ? Value(0) : found->second;
  }

  [[nodiscard]] std::string activity() const {
    if (status == 4) {
      return metadata < 1 ? "getting metadata" : stalled ? "stalled" : "downloading";
    }
    const char* const titles[] = {
        finished ? "finished" : "stopped", "queued to verify", "verifying", "queued", "", "queued to seed", "seeding"};
    return titles[status];
  }

  [[nodiscard]] std::set<std::string> statuses() const {
    std::set<std::string> all = {"all"};
    if (const auto doing = activity(); doing == "stalled" || doing == "getting metadata") {
      all.insert("downloading");
    } else if (doing == "finished") {
      all.insert("stopped");
    } else if (doing == "queued to verify") {
      all.insert("verifying");
    } else if (doing == "queued to seed") {
      all.insert("queued");
    } else {
      all.insert(doing);
    }
    if (rate > 0) {
      all.insert("active");
    }
    if (error != 0) {
      all.insert("problem");
    }
    return all;
  }

  [[nodiscard]] std::set<std::string> values(const std::string& facet) const {
    const auto or_none = [](const std::set<std::string>& set) { return set.empty() ? std::set<std::string>{""} : set; };
    return facet == "status"     ? statuses()
           : facet == "labels"   ? or_none(labels)
           : facet == "trackers" ? or_none(trackers)
           : facet == "folders"  ? std::set<std::string>{folder}
                                 : std::set<std::string>{owner};
  }

  // Something that `name` sorts by.
  [[nodiscard]] Value key(const std::string& name) const {
    if (name == "activity") {
      return activity();
    }
    if (name == "progress") {
      return status == 2 ? recheck : metadata < 1 ? metadata : percent;
    }
    if (name == "eta") {
      return eta >= 0 ? eta : eta == -2 ? 1'000'000 : 2'000'000;
    }
    if (name == "uploadRatio") {
      return ratio == -2 ? 1e9 : ratio;
    }
    if (name == "name") {
      return Value::array({word == "\xC3\x84pfel" ? "apfel" : lower(word), number});
    }
    if (name == "labels") {
      return values("labels");
    }
    return field(name);
  }
};

using Daemon = std::map<std::string, Given>;  // by hash

bool passes_facet(const Given& given, const Value& filter, const std::string& facet) {
  if (!filter.contains(facet) || filter[facet].empty()) {
    return true;
  }
  const auto own = given.values(facet);
  return std::any_of(filter[facet].begin(), filter[facet].end(),
                     [&own](const Value& value) { return own.contains(value.get<std::string>()); });
}

bool passes_search(const Given& given, const Value& filter) {
  const std::string word = lower(filter.value("search", ""));  // one word, or two with a blank
  const std::string name = lower(given.name());
  const auto blank = word.find(' ');
  if (blank != std::string::npos) {
    return name.find(word.substr(0, blank)) != std::string::npos &&
           name.find(word.substr(blank + 1)) != std::string::npos;
  }
  return name.find(word) != std::string::npos || given.hash.starts_with(word);
}

const std::vector<std::string> kFacets = {"status", "labels", "trackers", "folders", "owners"};

// But for one facet.
bool passes(const Given& given, const Value& filter, const std::string& except = "") {
  return passes_search(given, filter) && std::all_of(kFacets.begin(), kFacets.end(), [&](const std::string& facet) {
           return facet == except || passes_facet(given, filter, facet);
         });
}

std::vector<std::string> expected_order(const Daemon& daemon, const Value& spec) {
  std::vector<Given> matching;
  for (const auto& [hash, given] : daemon) {
    if (passes(given, spec["filter"])) {
      matching.push_back(given);
    }
  }
  std::sort(matching.begin(), matching.end(), [&spec](const Given& left, const Given& right) {
    for (const auto& key : spec["sort"]) {
      const Value a = left.key(key[0]);
      const Value b = right.key(key[0]);
      if (a != b) {
        return key[1] == "desc" ? b < a : a < b;
      }
    }
    return std::pair(left.key("name"), left.hash) < std::pair(right.key("name"), right.hash);
  });
  std::vector<std::string> order;
  const std::size_t offset = spec["offset"];
  for (std::size_t i = offset; i < std::min(matching.size(), offset + spec["limit"].get<std::size_t>()); ++i) {
    order.push_back(matching[i].hash);
  }
  return order;
}

Value expected_counts(const Daemon& daemon, const Value& filter) {
  Value counts = {{"total", daemon.size()}, {"matching", 0}};
  for (const std::string& facet : kFacets) {
    counts[facet] = Value::object();
  }
  for (const auto& [hash, given] : daemon) {
    counts["matching"] = counts["matching"].get<int>() + (passes(given, filter) ? 1 : 0);
    for (const std::string& facet : kFacets) {
      for (const std::string& value : given.values(facet)) {
        if (passes(given, filter, facet)) {
          counts[facet][value] = counts[facet].value(value, 0) + 1;
        }
      }
    }
  }
  return counts;
}

Json to_jansson(const Value& value) { return *tws::parse_json(value.dump()); }
Value from_jansson(const Json& json) { return Value::parse(tws::to_text(json.get())); }

// The table that a daemon answers.
Json table_of(const std::vector<Given>& torrents, std::size_t fields) {
  const std::vector<std::string> names(kListFields.begin(), kListFields.begin() + static_cast<std::ptrdiff_t>(fields));
  Value table = {names};
  for (const Given& given : torrents) {
    Value row = Value::array();
    for (const std::string& name : names) {
      row.push_back(given.field(name));
    }
    table.push_back(row);
  }
  return to_jansson(table);
}

std::vector<Given> torrents_of(const Daemon& daemon) {
  std::vector<Given> all;
  for (const auto& [hash, given] : daemon) {
    all.push_back(given);
  }
  return all;
}

WindowSpec spec_of(const Value& spec) {
  const auto request = tws::read_window_request(to_jansson(spec).get());
  CHECK_TEXT(!!request, spec.dump().c_str());
  return WindowSpec(*request);
}

// A client of a window.
class View {
 public:
  View(Value spec, const ListIndex& index) : spec_(std::move(spec)), index_(index), window_(spec_of(spec_), index) {
    counts_ = from_jansson(window_.counts());
    take_order();
    take(window_.everything());
  }

  WindowDelta update(const ListIndex::Update& update) {
    WindowDelta delta = window_.update(update);
    take(delta.torrents);
    if (delta.is_order_new) {
      take_order();
    }
    const Value counts = from_jansson(delta.counts);
    for (const auto& [name, changed] : counts.items()) {
      if (!changed.is_object()) {
        CHECK(counts_[name] != changed);
        counts_[name] = changed;
        continue;
      }
      for (const auto& [value, count] : changed.items()) {
        CHECK(counts_[name].value(value, 0) != count);
        counts_[name][value] = count;
        if (count == 0) {
          counts_[name].erase(value);
        }
      }
    }
    return delta;
  }

  void check(const Daemon& daemon) const {
    CHECK_TEXT(expected_order(daemon, spec_) == order_, spec_.dump().c_str());
    STRCMP_EQUAL_TEXT(expected_counts(daemon, spec_["filter"]).dump().c_str(), counts_.dump().c_str(),
                      spec_.dump().c_str());
    CHECK_EQUAL(order_.size(), torrents_.size());
    for (const std::string& hash : order_) {
      CHECK_EQUAL(shown_fields().size(), torrents_.at(hash).size());
      for (const std::string& field : shown_fields()) {
        CHECK_TEXT(torrents_.at(hash).at(field) == daemon.at(hash).field(field), field.c_str());
      }
    }
  }

 private:
  [[nodiscard]] std::vector<std::string> shown_fields() const {
    return spec_.contains("fields") ? spec_["fields"].get<std::vector<std::string>>()
                                    : std::vector<std::string>(kListFields.begin(), kListFields.end());
  }
  void take_order() {
    order_.clear();
    for (const auto slot : window_.range()) {
      order_.push_back(index_[slot].hash);
    }
  }
  void take(const ListDelta& delta) {
    for (const std::string& hash : delta.removed) {
      CHECK_EQUAL(1, torrents_.erase(hash));
    }
    for (const auto& change : delta.changes) {
      CHECK_EQUAL(change.is_new, !torrents_.contains(*change.hash));
      for (std::size_t field = 0; field < kListFieldCount; ++field) {
        if (change.fields[field]) {
          torrents_[*change.hash][kListFields[field]] = from_jansson((*change.torrent)[field]);
        }
      }
    }
  }

  Value spec_;
  const ListIndex& index_;
  ListWindow window_;
  std::vector<std::string> order_;
  std::map<std::string, std::map<std::string, Value>> torrents_;
  Value counts_;
};

class Chance {
 public:
  explicit Chance(unsigned seed) : engine_(seed) {}

  std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(engine_); }
  bool one_in(std::size_t n) { return below(n) == 0; }
  template <typename List>
  auto of(const List& list) {
    auto at = list.begin();
    std::advance(at, below(list.size()));
    return *at;
  }
  std::set<std::string> some(const std::vector<std::string>& list) {
    std::set<std::string> some;
    for (const std::string& item : list) {
      if (one_in(3)) {
        some.insert(item);
      }
    }
    return some;
  }

 private:
  std::mt19937 engine_;
};

const std::vector<std::string> kWords = {"Alpha", "beta", "\xC3\x84pfel", "gamma-ray"};
const std::vector<std::string> kLabels = {"films", "music", "old"};
const std::vector<std::string> kTrackers = {"one.example", "two.example"};
const std::vector<std::string> kFolders = {"/srv", "/srv/films"};
const std::vector<std::string> kOwners = {"", "7", "10", "alice"};

void change_live(Given& given, Chance& chance) {
  given.status = static_cast<int>(chance.below(7));
  given.error = static_cast<int>(chance.below(3));
  given.rate = static_cast<int>(chance.below(4));
  given.eta = static_cast<int>(chance.below(5)) - 2;
  given.ratio = static_cast<double>(chance.below(6)) / 2 - 2;
  given.metadata = chance.one_in(4) ? 0.5 : 1;
  given.recheck = static_cast<double>(chance.below(4)) / 4;
  given.percent = static_cast<double>(chance.below(4)) / 4;
  given.finished = chance.one_in(2);
  given.stalled = chance.one_in(2);
}

Given some_torrent(Chance& chance) {
  Given given;
  for (int i = 0; i < 40; ++i) {
    given.hash += "0123456789abcdef"[chance.below(16)];
  }
  given.word = chance.of(kWords);
  given.number = static_cast<int>(chance.below(120));
  given.labels = chance.some(kLabels);
  given.trackers = chance.some(kTrackers);
  given.folder = chance.of(kFolders);
  given.owner = chance.of(kOwners);
  change_live(given, chance);
  return given;
}

Value some_spec(Chance& chance) {
  const std::vector<std::string> sorts = {"name",        "activity",    "progress",   "eta",
                                          "uploadRatio", "labels",      "rateUpload", "isFinished",
                                          "error",       "downloadDir", "owner"};
  const std::vector<std::string> searches = {"alpha", "GAMMA 1", "a", "b", "7", "eta 1"};
  Value spec = {{"filter", Value::object()},
                {"sort", Value::array()},
                {"offset", chance.below(20)},
                {"limit", 1 + chance.below(40)}};
  const std::map<std::string, std::vector<std::string>> values = {
      {"status", {kStatusValues.begin(), kStatusValues.end()}},
      {"labels", {"films", "music", ""}},
      {"trackers", {"one.example", ""}},
      {"folders", kFolders},
      {"owners", {"7", ""}}};
  for (const auto& [facet, of_facet] : values) {
    if (chance.one_in(3)) {
      spec["filter"][facet] = chance.some(of_facet);
    }
  }
  if (chance.one_in(3)) {
    spec["filter"]["search"] = chance.of(searches);
  }
  for (std::size_t i = chance.below(4); i > 0; --i) {
    spec["sort"].push_back({chance.of(sorts), chance.one_in(2) ? "asc" : "desc"});
  }
  if (chance.one_in(3)) {
    spec["fields"] = {"name", "rateUpload", "labels"};
  }
  return spec;
}

}  // namespace

TEST_GROUP(WorkerListWindow) {
  Chance chance{20261126};
  Daemon daemon;
  Owners owners;
  TorrentList list{owners};
  ListIndex index;

  void add_some(std::size_t count) {
    while (count-- > 0) {
      const Given given = some_torrent(chance);
      daemon.emplace(given.hash, given);
    }
  }
  ListDelta read_all() {
    owners.clear();
    for (const auto& [hash, given] : daemon) {
      if (!given.owner.empty()) {
        owners.emplace(hash, given.owner);
      }
    }
    return *list.replace(table_of(torrents_of(daemon), kDaemonFieldCount).get(), {});
  }
  ListDelta read_live(const std::vector<Given>& torrents) {
    return *list.update(table_of(torrents, kLiveFieldCount).get(), nullptr, {});
  }
  // What happens between two polls.
  ListDelta random_change() {
    switch (chance.below(4)) {
      case 0: {
        HashSet hashes;
        for (std::size_t i = chance.below(5); i > 0 && !daemon.empty(); --i) {
          const std::string hash = chance.of(daemon).first;
          daemon.erase(hash);
          hashes.insert(hash);
        }
        ListDelta delta;
        delta.removed = list.remove(hashes);
        return delta;
      }
      case 1:
        add_some(chance.below(5));
        if (!daemon.empty()) {
          Given& given = daemon.at(chance.of(daemon).first);
          given.labels = chance.some(kLabels);
          given.word = chance.of(kWords);
          given.folder = chance.of(kFolders);
          given.owner = chance.of(kOwners);
        }
        return read_all();
      default: {
        std::vector<Given> changed;
        for (std::size_t i = chance.below(10); i > 0 && !daemon.empty(); --i) {
          Given& given = daemon.at(chance.of(daemon).first);
          change_live(given, chance);
          changed.push_back(given);
        }
        return read_live(changed);
      }
    }
  }
};

TEST(WorkerListWindow, DeltasAddUpToWhatTheWholeListGives) {
  add_some(60);
  index.update(read_all());
  std::list<View> views;
  for (int i = 0; i < 12; ++i) {
    views.emplace_back(some_spec(chance), index);
    views.back().check(daemon);
  }
  for (int round = 0; round < 40; ++round) {
    const ListDelta change = random_change();
    const ListIndex::Update update = index.update(change);
    for (View& view : views) {
      const WindowDelta delta = view.update(update);
      CHECK(!change.empty() || delta.empty());
      view.check(daemon);
    }
    views.erase(views.begin());
    views.emplace_back(some_spec(chance), index);
  }
}

TEST(WorkerListWindow, WhatHappensOutsideIsNoNews) {
  add_some(30);
  for (auto& [hash, given] : daemon) {
    given.status = 4;
    given.rate = 1;
    given.error = 0;
  }
  index.update(read_all());
  View view({{"filter", Value::object()}, {"sort", Value::array()}, {"offset", 0}, {"limit", 10}}, index);
  Given& last = daemon.at(
      expected_order(daemon, {{"filter", Value::object()}, {"sort", Value::array()}, {"offset", 29}, {"limit", 1}})[0]);
  last.rate = 2;
  last.percent = 0.75;
  CHECK(view.update(index.update(read_live({last}))).empty());
  last.error = 1;
  const WindowDelta delta = view.update(index.update(read_live({last})));
  CHECK(delta.torrents.empty() && !delta.is_order_new);
  STRCMP_EQUAL(R"({"status":{"problem":1}})", tws::to_text(delta.counts.get()).c_str());
}

TEST(WorkerListWindow, FieldsThatAreNotShownAreNoNews) {
  add_some(5);
  for (auto& [hash, given] : daemon) {
    given.percent = 0.25;
  }
  index.update(read_all());
  View view({{"filter", Value::object()}, {"sort", Value::array()}, {"offset", 0}, {"limit", 10}, {"fields", {"name"}}},
            index);
  Given& some = daemon.begin()->second;
  some.percent = 0.5;
  CHECK(view.update(index.update(read_live({some}))).empty());
}

TEST(WorkerListWindow, SearchKnowsCaseAndHash) {
  const auto finds = [](const std::string& search, const std::string& name) {
    const WindowFilter filter({}, search);
    IndexedTorrent torrent;
    torrent.hash = "abcdef" + std::string(34, '0');
    torrent.facets.name = fold_case(name);
    return filter.failures(torrent).none();
  };
  CHECK(finds("\xC3\x84PFEL", "die \xC3\xA4pfel"));  // Ä, ä
  CHECK(finds("\xC3\xA4pfel", "A\xCC\x88PFEL"));     // composed, decomposed
  CHECK(finds("strasse", "STRA\xE1\xBA\x9E\x45"));   // ẞ
  CHECK(finds("  two\tone ", "One and Two"));
  CHECK_FALSE(finds("one three", "One and Two"));
  CHECK(finds("", "anything"));
  CHECK(finds("ABCD", "no such name"));
  CHECK_FALSE(finds("bcd", "no such name"));
  CHECK_FALSE(finds("abcd no", "something else"));
  CHECK(finds("a b c d e f g h i j k l m n o p absent", "abcdefghijklmnop"));
  CHECK_FALSE(finds("a a a a a a a a a a a a a a a a a absent", "a"));
}

TEST(WorkerListWindow, NamesAreOrderedForReaders) {
  // As Intl.Collator("en", {numeric: true, sensitivity: "base"}) has them.
  const std::vector<std::string> sorted = {"[x]", "a 1",        "a_b", "a02", "a9", "a10",
                                           "ab",  "\xC3\xA9 1", "e 2", "f",   "F 1"};
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    CHECK_TEXT(order_key(sorted[i - 1]) < order_key(sorted[i]), sorted[i].c_str());
  }
  CHECK(order_key("\xC3\x89T\xC3\x89 07") == order_key("ete 7"));
}

TEST(WorkerListWindow, TrackersAreHosts) {
  const auto tracker = [](const std::string& announce) {
    Torrent torrent;
    torrent[list_field("trackers")] = to_jansson(Value::array({{{"announce", announce}}}));
    return facets_of(torrent, FieldSet().set()).values[kTrackersFacet].front();
  };
  STRCMP_EQUAL("tracker.example", tracker("https://Tracker.Example:443/a@b/announce").c_str());
  STRCMP_EQUAL("tracker.example", tracker("http://user:pa:ss@tracker.example?key=1").c_str());
  STRCMP_EQUAL("[2001:db8::1]", tracker("udp://[2001:DB8::1]:6969").c_str());
  STRCMP_EQUAL("", tracker("no url").c_str());
}
