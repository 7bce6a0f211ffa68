#include <CppUTest/TestHarness.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "worker/torrent_detail.hpp"
#include "worker/torrent_fields.hpp"
#include "worker/torrent_value.hpp"

using nlohmann::json;
using tws::worker::TorrentDetail;
using tws::worker::value_of;

TEST_GROUP(WorkerTorrentDetail) {
  TorrentDetail detail;
  json torrent = {{"hashString", "aa"},
                  {"name", "torrent"},
                  {"editDate", 5},
                  {"percentDone", 0.25},
                  {"files",
                   {{{"name", "a"}, {"length", 10}, {"bytesCompleted", 5}},
                    {{"name", "b"}, {"length", 20}, {"bytesCompleted", 5}}}},
                  {"fileStats",
                   {{{"bytesCompleted", 5}, {"wanted", true}, {"priority", 0}},
                    {{"bytesCompleted", 5}, {"wanted", true}, {"priority", 0}}}},
                  {"peers", {{{"address", "192.0.2.1"}, {"port", 1}, {"rateToClient", 7}, {"progress", 0.5}}}},
                  {"trackerStats", {{{"id", 3}, {"host", "x"}, {"seederCount", -1}}}},
                  {"peersFrom", {{"fromDht", 1}, {"fromPex", 0}}}};

  json update(const json& given) {
    const auto parsed = tws::parse_json(given.dump());
    CHECK_TRUE(!!parsed);
    return value_of(detail.update(parsed->get()).get());
  }
  // As polls have it.
  json without_files() {
    json live = torrent;
    live.erase("files");
    return live;
  }
  bool needs_files() { return detail.needs_files(tws::parse_json(without_files().dump())->get()); }
};

TEST(WorkerTorrentDetail, TheWholeHasListsByTheirKeys) {
  CHECK_TRUE(needs_files());
  update(torrent);
  CHECK_FALSE(needs_files());
  json whole = torrent;
  for (json& file : whole["files"]) {
    file.erase("bytesCompleted");
  }
  whole["fileStats"] = {{"0", torrent["fileStats"][0]}, {"1", torrent["fileStats"][1]}};
  whole["peers"] = {{"192.0.2.1:1", torrent["peers"][0]}};
  whole["trackerStats"] = {{"3", torrent["trackerStats"][0]}};
  CHECK_TRUE(value_of(detail.everything().get()) == whole);
}

TEST(WorkerTorrentDetail, DeltasHoldOnlyWhatChanged) {
  update(torrent);
  torrent["files"][0]["bytesCompleted"] = 6;
  CHECK_TRUE(update(torrent).empty());
  torrent["fileStats"][1]["bytesCompleted"] = 6;
  torrent["percentDone"] = 0.26;
  torrent["trackerStats"][0]["seederCount"] = 2;
  torrent["peersFrom"]["fromPex"] = 1;
  torrent["peers"][0]["rateToClient"] = 8;
  CHECK_TRUE(update(without_files()) == json({{"percentDone", 0.26},
                                              {"fileStats", {{"1", {{"bytesCompleted", 6}}}}},
                                              {"trackerStats", {{"3", {{"seederCount", 2}}}}},
                                              {"peersFrom", {{"fromDht", 1}, {"fromPex", 1}}},
                                              {"peers", {{"192.0.2.1:1", {{"rateToClient", 8}}}}}}));
  CHECK_TRUE(update(without_files()).empty());
}

TEST(WorkerTorrentDetail, PeersAndTrackersComeAndGo) {
  update(torrent);
  const json peer = {{"address", "2001:db8::1"}, {"port", 2}, {"progress", 0}};
  torrent["peers"].insert(torrent["peers"].begin(), peer);
  CHECK_TRUE(update(torrent) == json({{"peers", {{"2001:db8::1:2", peer}}}}));
  torrent["peers"].erase(1);
  torrent["trackerStats"][0]["id"] = 4;
  CHECK_TRUE(update(torrent) == json({{"peersRemoved", {"192.0.2.1:1"}},
                                      {"trackerStats", {{"4", torrent["trackerStats"][0]}}},
                                      {"trackerStatsRemoved", {"3"}}}));
  torrent["peers"] = json::array();
  CHECK_TRUE(update(torrent) == json({{"peersRemoved", {"2001:db8::1:2"}}}));
  CHECK_TRUE(value_of(detail.everything().get())["peers"] == json::object());
}

TEST(WorkerTorrentDetail, NewNamesAndMetadataNeedTheFilesAgain) {
  update(torrent);
  torrent["editDate"] = 6;
  CHECK_TRUE(needs_files());
  torrent["files"][1]["name"] = "c";
  const json changed = update(torrent);
  CHECK_TRUE(changed["files"] == json({{{"name", "a"}, {"length", 10}}, {{"name", "c"}, {"length", 20}}}));
  CHECK_FALSE(needs_files());
  torrent["name"] = "other";
  CHECK_TRUE(needs_files());
  update(torrent);
  torrent["fileStats"].push_back(torrent["fileStats"][0]);
  CHECK_TRUE(needs_files());
  CHECK_TRUE(detail.has_files_of(tws::parse_json(torrent.dump())->get()));
  torrent["files"].push_back(torrent["files"][0]);
  CHECK_FALSE(detail.has_files_of(tws::parse_json(torrent.dump())->get()));
}

TEST(WorkerTorrentDetail, StrangeAnswersAreTakenAsTheyCome) {
  update(torrent);
  torrent["peers"] = 7;
  torrent["trackerStats"] = {nullptr, "x", json::array({1})};
  torrent["fileStats"] = json::object();
  torrent["revision"] = 1;
  torrent["gone"] = true;
  const json changed = update(torrent);
  CHECK_TRUE(changed["peersRemoved"] == json({"192.0.2.1:1"}));
  CHECK_FALSE(changed.contains("revision"));
  CHECK_FALSE(changed.contains("gone"));
}

TEST(WorkerTorrentDetail, FieldsAreThoseOfTheDaemonsVersion) {
  const json of_3 = value_of(tws::worker::detail_field_names(16).get());
  const json of_4 = value_of(tws::worker::detail_field_names(17).get());
  const auto has = [](const json& names, const char* name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  CHECK_TRUE(has(of_3, "peers") && has(of_3, "percentDone") && !has(of_3, "files") && !has(of_3, "availability"));
  CHECK_TRUE(has(of_4, "peers") && has(of_4, "availability"));
}
