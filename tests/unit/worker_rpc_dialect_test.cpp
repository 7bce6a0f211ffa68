// One vocabulary for daemons that speak two. The examples are those of docs/rpc-spec.md of transmission 4.0.6
// and 4.1.3.
#include <CppUTest/TestHarness.h>

#include <string>

#include "worker/rpc_dialect.hpp"
#include "worker/rpc_names.hpp"
#include "worker/rpc_versions.hpp"
#include "worker/session_fields.hpp"
#include "worker/torrent_fields.hpp"

using tws::Json;
using tws::worker::dialect_of;
using tws::worker::known_rpc_version;
using tws::worker::legacy_name;
using tws::worker::NamesOf;
using tws::worker::RpcDialect;
using tws::worker::snake_name;

namespace {

Json json(const std::string& text) {
  auto value = tws::parse_json(text);
  CHECK(!!value);
  return *value;
}

std::string request(RpcDialect dialect, const char* method, const std::string& arguments) {
  return tws::worker::request_text(dialect, method, json(arguments).get());
}

// What is the same as `expected`, whatever the order of its members.
void check_equal(const std::string& expected, const std::string& actual) {
  if (json_equal(json(expected).get(), json(actual).get()) == 0) {
    STRCMP_EQUAL(expected.c_str(), actual.c_str());
  }
}

std::string result(RpcDialect dialect, const char* method, const std::string& text) {
  return tws::to_text(tws::worker::translated_result(dialect, method, json(text).get()).get());
}

}  // namespace

TEST_GROUP(WorkerRpcDialect){};

TEST(WorkerRpcDialect, DependsOnTheSemanticVersion) {
  for (const char* semver : {"", "5.2.0", "5.3.0", "5.4.0", "x", "-6", ".6"}) {
    CHECK(dialect_of(semver) == RpcDialect::kLegacy);
  }
  for (const char* semver : {"6.0.0", "6.0.1", "7.0.0", "10.1.0"}) {
    CHECK(dialect_of(semver) == RpcDialect::kJsonRpc);
  }
  LONGS_EQUAL(16, known_rpc_version(16, ""));
  LONGS_EQUAL(17, known_rpc_version(17, "5.3.0"));
  LONGS_EQUAL(17, known_rpc_version(18, "5.4.0"));  // betas of 4.1
  LONGS_EQUAL(18, known_rpc_version(18, "6.0.0"));
  LONGS_EQUAL(18, known_rpc_version(19, "6.0.1"));
  LONGS_EQUAL(18, known_rpc_version(17, "7.0.0"));
}

TEST(WorkerRpcDialect, RequestsOfTheSpecification) {
  const std::string arguments = R"({"fields":["id","name","totalSize"],"ids":[7,10]})";
  check_equal(R"({"method":"torrent-get","arguments":{"fields":["id","name","totalSize"],"ids":[7,10]}})",
              request(RpcDialect::kLegacy, "torrent-get", arguments));
  check_equal(
      R"({"jsonrpc":"2.0","params":{"fields":["id","name","total_size"],"ids":[7,10]},"method":"torrent_get","id":1})",
      request(RpcDialect::kJsonRpc, "torrent-get", arguments));
  check_equal(R"({"jsonrpc":"2.0","params":{"fields":["version"]},"method":"session_get","id":1})",
              request(RpcDialect::kJsonRpc, "session-get", R"({"fields":["version"]})"));
  check_equal(R"({"jsonrpc":"2.0","method":"session_stats","params":{},"id":1})",
              tws::worker::request_text(RpcDialect::kJsonRpc, "session-stats", nullptr));
}

TEST(WorkerRpcDialect, ArgumentsAndTheirWords) {
  check_equal(
      R"({"jsonrpc":"2.0","method":"torrent_get","params":{"ids":"recently_active","fields":["peer_limit"],"format":"table"},"id":1})",
      request(RpcDialect::kJsonRpc, "torrent-get",
              R"({"ids":"recently-active","fields":["peer-limit"],"format":"table"})"));
  check_equal(R"({"jsonrpc":"2.0","method":"session_set","params":{"encryption":"allowed","cache_size_mib":4},"id":1})",
              request(RpcDialect::kJsonRpc, "session-set", R"({"encryption":"tolerated","cache-size-mb":4})"));
  check_equal(R"({"method":"session-set","arguments":{"encryption":"tolerated","cache-size-mb":4}})",
              request(RpcDialect::kLegacy, "session-set", R"({"encryption":"tolerated","cache-size-mb":4})"));
  check_equal(
      R"({"jsonrpc":"2.0","method":"torrent_set","params":{"files_unwanted":[1],"seed_ratio_mode":1,"tracker_add":["http://files-wanted/"],
      "sequential_download":true,"sequential_download_from_piece":3,"labels":["rate-limit"]},"id":1})",
      request(
          RpcDialect::kJsonRpc, "torrent-set",
          R"({"files-unwanted":[1],"seedRatioMode":1,"trackerAdd":["http://files-wanted/"],"sequentialDownload":true,
              "sequentialDownloadFromPiece":3,"labels":["rate-limit"]})"));
  check_equal(R"({"jsonrpc":"2.0","method":"group_get","params":{"name":["a"]},"id":1})",
              request(RpcDialect::kJsonRpc, "group-get", R"({"group":["a"]})"));
  check_equal(R"({"method":"group-get","arguments":{"name":"a"}})",
              request(RpcDialect::kLegacy, "group-get", R"({"group":"a"})"));
}

TEST(WorkerRpcDialect, EachNameOfOursComesBackAsItWas) {
  for (const std::string field : tws::worker::kListFields) {
    STRCMP_EQUAL(field.c_str(), std::string(legacy_name(snake_name(field), NamesOf::kTorrents)).c_str());
    CHECK(snake_name(field).find('-') == std::string_view::npos);
  }
  const Json settings = tws::worker::session_field_names();
  for (std::size_t i = 0; i < json_array_size(settings.get()); ++i) {
    const std::string name(tws::string_of(json_array_get(settings.get(), i)));
    STRCMP_EQUAL(name.c_str(), std::string(legacy_name(snake_name(name), NamesOf::kTheRest)).c_str());
    CHECK(snake_name(name).find('-') == std::string_view::npos);
  }
}

TEST(WorkerRpcDialect, ResultOfTheSpecification) {
  check_equal(R"({"torrents":[{"id":10,"name":"Fedora x86_64 DVD","totalSize":34983493932},
                              {"id":7,"name":"Ubuntu x86_64 DVD","totalSize":9923890123}]})",
              result(RpcDialect::kJsonRpc, "torrent-get",
                     R"({"torrents":[{"id":10,"name":"Fedora x86_64 DVD","total_size":34983493932},
                                     {"id":7,"name":"Ubuntu x86_64 DVD","total_size":9923890123}]})"));
}

TEST(WorkerRpcDialect, TablesHaveTheirNamesInTheFirstRow) {
  check_equal(
      R"({"torrents":[["hashString","downloadDir","peer-limit","trackers","name"],
          ["a","/d",5,[{"announce":"http://a/","sitename":"a","tier":0}],"download_dir"]],"removed":[3]})",
      result(RpcDialect::kJsonRpc, "torrent-get",
             R"({"torrents":[["hash_string","download_dir","peer_limit","trackers","name"],
                 ["a","/d",5,[{"announce":"http://a/","sitename":"a","tier":0}],"download_dir"]],"removed":[3]})"));
}

TEST(WorkerRpcDialect, NestedMembersAreTranslated) {
  check_equal(
      R"({"torrents":[{"trackerStats":[{"lastAnnounceResult":"x","downloaderCount":1}],"peersFrom":{"fromDht":2},
          "peers":[{"isUTP":true,"rateToClient":5,"flagStr":"D"}],"fileStats":[{"bytesCompleted":1,"wanted":true}],
          "files":[{"beginPiece":0,"bytesCompleted":1,"name":"end_piece"}],"wanted":[1,0],"primary-mime-type":"a/b"}]})",
      result(
          RpcDialect::kJsonRpc, "torrent-get",
          R"({"torrents":[{"tracker_stats":[{"last_announce_result":"x","downloader_count":1}],"peers_from":{"from_dht":2},
          "peers":[{"is_utp":true,"rate_to_client":5,"flag_str":"D"}],"file_stats":[{"bytes_completed":1,"wanted":true}],
          "files":[{"begin_piece":0,"bytes_completed":1,"name":"end_piece"}],"wanted":[true,false],"primary_mime_type":"a/b"}]})"));
  check_equal(R"({"current-stats":{"uploadedBytes":1,"secondsActive":2},"activeTorrentCount":3})",
              result(RpcDialect::kJsonRpc, "session-stats",
                     R"({"current_stats":{"uploaded_bytes":1,"seconds_active":2},"active_torrent_count":3})"));
  check_equal(R"({"group":[{"name":"a","honorsSessionLimits":true,"speed-limit-up-enabled":false}]})",
              result(RpcDialect::kJsonRpc, "group-get",
                     R"({"group":[{"name":"a","honors_session_limits":true,"speed_limit_up_enabled":false}]})"));
  check_equal(R"({"path":"/d","size-bytes":5,"total_size":9})",
              result(RpcDialect::kJsonRpc, "free-space", R"({"path":"/d","size_bytes":5,"total_size":9})"));
  check_equal(R"({"torrent-added":{"hashString":"a","id":1,"name":"torrent_added"}})",
              result(RpcDialect::kJsonRpc, "torrent-add",
                     R"({"torrent_added":{"hash_string":"a","id":1,"name":"torrent_added"}})"));
}

TEST(WorkerRpcDialect, ValuesAreThoseOf300) {
  check_equal(R"({"encryption":"tolerated","cache-size-mb":4,"speed-limit-down":100,"seedRatioLimit":1.5,
                  "units":{"speed-bytes":1000,"memory-units":["KiB"]},"download-dir":"/d"})",
              result(RpcDialect::kJsonRpc, "session-get",
                     R"({"encryption":"allowed","cache_size_mib":4,"speed_limit_down":100.0,"seed_ratio_limit":1.5,
                  "units":{"speed_bytes":1000,"memory_units":["KiB"]},"download_dir":"/d"})"));
  check_equal(R"({"group":[{"speed-limit-up":101}]})",
              result(RpcDialect::kJsonRpc, "group-get", R"({"group":[{"speed_limit_up":100.6}]})"));
  // As 4.0.0 and 4.0.1 give it.
  check_equal(R"({"torrents":[{"wanted":[1,0]}]})",
              result(RpcDialect::kLegacy, "torrent-get", R"({"torrents":[{"wanted":[true,false]}]})"));
}

TEST(WorkerRpcDialect, OddResultsAreLeftAsTheyAre) {
  for (const char* text :
       {"{}", R"({"torrents":null})", R"({"torrents":[[]]})", R"({"torrents":[[1,{},null]]})",
        R"({"torrents":[{"wanted":5}]})", R"({"torrents":[1,"a"]})", R"({"unheard_of":{"a_b":1}})"}) {
    check_equal(text, result(RpcDialect::kJsonRpc, "torrent-get", text));
    check_equal(text, result(RpcDialect::kJsonRpc, "group-get", text));
  }
}
