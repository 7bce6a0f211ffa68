// What users may ask of a daemon.
#include <CppUTest/TestHarness.h>

#include <string>

#include "wire/error_uris.hpp"
#include "worker/procedures.hpp"
#include "worker/session_fields.hpp"

using tws::Json;
using tws::worker::check_arguments;
using tws::worker::check_rpc_version;
using tws::worker::DownloadRoots;
using tws::worker::find_procedure;
using tws::worker::is_late;
using tws::worker::kOldestRpcVersion;
using tws::worker::kRpcVersion40;
using tws::worker::kRpcVersion41;
using tws::worker::Procedure;

namespace {

const std::string kIds = R"("ids":["0123456789ABCDEF0123456789abcdef01234567"])";

const Procedure& procedure(const char* name) {
  const Procedure* found = find_procedure(name);
  CHECK(found != nullptr);
  return *found;
}

}  // namespace

TEST_GROUP(WorkerProcedures) {
  DownloadRoots roots;

  void setup() override { CHECK(roots.add("/srv/torrents/")); }

  // The arguments as sent to the daemon, or "" if they are refused as they should be.
  std::string sent(const char* name, const std::string& arguments) {
    const auto parsed = tws::parse_json(arguments);
    CHECK(!!parsed);
    const auto checked = check_arguments(procedure(name), parsed->get(), roots);
    if (!checked) {
      STRCMP_EQUAL(tws::error_uri::kInvalidArgument, checked.error().uri.c_str());
      return "";
    }
    return tws::to_text(checked->get());
  }
  void accepts(const char* name, const std::string& arguments) {
    STRCMP_EQUAL(arguments.c_str(), sent(name, arguments).c_str());
  }
  void refuses(const char* name, const std::string& arguments) { STRCMP_EQUAL("", sent(name, arguments).c_str()); }
};

TEST(WorkerProcedures, EachOfTheContractExists) {
  for (const char* name : {"torrent.add",
                           "torrent.start",
                           "torrent.start_now",
                           "torrent.stop",
                           "torrent.verify",
                           "torrent.reannounce",
                           "torrent.set",
                           "torrent.remove",
                           "torrent.set_location",
                           "torrent.rename_path",
                           "torrent.queue_top",
                           "torrent.queue_up",
                           "torrent.queue_down",
                           "torrent.queue_bottom",
                           "torrent.get",
                           "session.get",
                           "session.set",
                           "session.stats",
                           "session.close",
                           "free_space",
                           "port_test",
                           "blocklist_update",
                           "group.get",
                           "group.set"}) {
    CHECK(find_procedure(name) != nullptr);
  }
  POINTERS_EQUAL(nullptr, find_procedure("torrent.nothing"));
}

TEST(WorkerProcedures, WhatConcernsEverybodyIsForAdministrators) {
  for (const char* name : {"session.set", "session.close", "blocklist_update"}) {
    CHECK(procedure(name).admin_only);
  }
  CHECK(!procedure("torrent.start").admin_only);
}

TEST(WorkerProcedures, NoCommandForAllTorrents) {
  for (const char* name : {"torrent.start", "torrent.stop", "torrent.verify", "torrent.remove", "torrent.set",
                           "torrent.reannounce", "torrent.queue_top"}) {
    refuses(name, "{}");
    refuses(name, R"({"ids":[]})");
    refuses(name, R"({"ids":"recently-active"})");
    refuses(name, R"({"ids":[1]})");
    refuses(name, R"({"ids":["0123"]})");
    refuses(name, R"({"ids":{}})");
  }
}

TEST(WorkerProcedures, IdsAreMadeLowerCase) {
  STRCMP_EQUAL(R"({"ids":["0123456789abcdef0123456789abcdef01234567"]})",
               sent("torrent.start", "{" + kIds + "}").c_str());
}

TEST(WorkerProcedures, UnknownArgumentsAreNamedAndRefused) {
  const auto arguments = tws::parse_json("{" + kIds + R"(,"surprise":1})");
  const auto checked = check_arguments(procedure("torrent.start"), arguments->get(), roots);
  CHECK(!checked);
  CHECK(checked.error().message.find("surprise") != std::string::npos);
  refuses("torrent.start", "[]");
}

TEST(WorkerProcedures, TypesAreChecked) {
  refuses("torrent.set", "{" + kIds + R"(,"downloadLimit":"5"})");
  refuses("torrent.set", "{" + kIds + R"(,"downloadLimit":-1})");
  refuses("torrent.set", "{" + kIds + R"(,"downloadLimited":1})");
  refuses("torrent.set", "{" + kIds + R"(,"bandwidthPriority":2})");
  refuses("torrent.set", "{" + kIds + R"(,"files-wanted":[-1]})");
  refuses("torrent.set", "{" + kIds + R"(,"labels":["line\nline"]})");
  refuses("torrent.set", "{" + kIds + R"(,"trackerReplace":[1]})");
  CHECK(!sent("torrent.set", "{" + kIds + R"(,"labels":["a"],"seedRatioLimit":1.5,"trackerReplace":[0,"http://t/"]})")
             .empty());
}

TEST(WorkerProcedures, AddTakesNoFileOfTheServer) {
  accepts("torrent.add", R"({"filename":"magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567"})");
  accepts("torrent.add", R"({"filename":"https://example.org/a.torrent","paused":true})");
  accepts("torrent.add", R"({"metainfo":"ZDQ6aW5mb2RlZQ=="})");
  for (const char* filename : {"/etc/passwd", "file:///etc/passwd", "a.torrent", "magnet:/../etc/passwd", " http://a/",
                               "HTTP://a/", "http://a/\\nX: y", "ftp://a/b", ""}) {
    refuses("torrent.add", std::string(R"({"filename":")") + filename + R"("})");
  }
  refuses("torrent.add", R"({"metainfo":"not base64!"})");
  refuses("torrent.add", R"({"metainfo":""})");
  refuses("torrent.add", "{}");
  refuses("torrent.add", R"({"filename":"http://a/","metainfo":"ZDQ6aW5mb2RlZQ=="})");
}

TEST(WorkerProcedures, ScriptsNeverPass) {
  for (const char* name : {"script-torrent-done-filename", "script-torrent-done-enabled",
                           "script-torrent-added-filename", "script-torrent-done-seeding-filename", "rpc-whitelist"}) {
    refuses("session.set", std::string("{\"") + name + R"(":"/bin/true"})");
    refuses("session.get", std::string(R"({"fields":[")") + name + "\"]}");
  }
  accepts("session.set", R"({"speed-limit-down":100,"speed-limit-down-enabled":true})");
}

TEST(WorkerProcedures, SecretSettingsAreNotShown) {
  const auto settings = tws::parse_json(
      R"({"version":"3.00","config-dir":"/c","session-id":"s","blocklist-url":"u","script-torrent-done-filename":"f",
          "default-trackers":"http://a/passkey"})");
  STRCMP_EQUAL(R"({"version":"3.00"})",
               tws::to_text(tws::worker::visible_session_fields(settings->get()).get()).c_str());
  for (const char* field : {"config-dir", "session-id", "blocklist-url", "default-trackers"}) {
    refuses("session.get", std::string(R"({"fields":[")") + field + "\"]}");
  }
  refuses("torrent.get", "{" + kIds + R"(,"fields":["torrentFile"]})");
}

TEST(WorkerProcedures, WhatIsNamedTwiceIsAskedForOnce) {
  const std::string upper(40, 'A');
  const std::string lower(40, 'a');
  STRCMP_EQUAL((R"({"ids":[")" + lower + "\"]}").c_str(),
               sent("torrent.stop", R"({"ids":[")" + upper + R"(",")" + lower + "\"]}").c_str());
  accepts("torrent.get", R"({"ids":[")" + lower + R"("],"fields":["name","files"]})");
  refuses("torrent.get", "{" + kIds + R"(,"fields":["name","files","name"]})");
  refuses("session.get", R"({"fields":["version","version"]})");
}

TEST(WorkerProcedures, DetailsAreOfAThousandTorrentsAtMost) {
  const auto get = [](int torrents, const char* field) {
    std::string ids;
    for (int i = 0; i < torrents; ++i) {
      const std::string number = std::to_string(i);
      ids += (i > 0 ? ",\"" : "\"") + std::string(40 - number.size(), '0') + number + '"';
    }
    return R"({"ids":[)" + ids + R"(],"fields":["name",")" + field + "\"]}";
  };
  accepts("torrent.get", get(1000, "peers"));
  refuses("torrent.get", get(1001, "peers"));
  accepts("torrent.get", get(1001, "status"));
}

TEST(WorkerProcedures, DirectoriesStayBelowTheRoots) {
  accepts("torrent.add", R"({"download-dir":"/srv/torrents/new","filename":"http://a/"})");
  accepts("session.set", R"({"incomplete-dir":"/srv/torrents"})");
  STRCMP_EQUAL(R"({"path":"/srv/torrents/a"})", sent("free_space", R"({"path":"//srv/./torrents//a/"})").c_str());
  for (const char* path : {"/srv", "/srv/torrents2", "/srv/torrents/../x", "/srv/torrents/..", "srv/torrents", "", "~",
                           "/", "/srv/torrents/a\\u0000b", "/srv/torrents/a\\nb"}) {
    refuses("free_space", std::string(R"({"path":")") + path + R"("})");
    refuses("session.set", std::string(R"({"download-dir":")") + path + R"("})");
    refuses("torrent.set_location", "{" + kIds + R"(,"location":")" + path + R"("})");
  }
  roots = DownloadRoots();
  refuses("free_space", R"({"path":"/srv/torrents"})");
}

TEST(WorkerProcedures, ConfiguredRootsMustBeAbsolute) {
  CHECK(!roots.add("torrents"));
  CHECK(!roots.add("/srv/../etc"));
  CHECK(!roots.add(""));
  CHECK(roots.add("/"));
  CHECK(roots.admit("/anywhere").has_value());
}

TEST(WorkerProcedures, RenamesStayInsideTheTorrent) {
  accepts("torrent.rename_path", R"({"ids":["0123456789abcdef0123456789abcdef01234567"],"path":"a/b..c","name":"d"})");
  for (const char* path : {"/a", "../a", "a/../../b", "..", ""}) {
    refuses("torrent.rename_path", "{" + kIds + R"(,"name":"d","path":")" + path + R"("})");
  }
  for (const char* name : {"a/b", "..", ".", ""}) {
    refuses("torrent.rename_path", "{" + kIds + R"(,"path":"a","name":")" + name + R"("})");
  }
}

TEST(WorkerProcedures, WhatTheDaemonDoesNotKnowIsNamedWithTheReleaseThatDoes) {
  const auto answer = [](const char* name, const std::string& arguments, int rpc_version) {
    const auto parsed = tws::parse_json(arguments);
    CHECK(!!parsed);
    const auto known = check_rpc_version(procedure(name), parsed->get(), rpc_version);
    if (!known) {
      STRCMP_EQUAL(tws::error_uri::kNotSupported, known.error().uri.c_str());
    }
    return known ? "" : known.error().message;
  };
  STRCMP_EQUAL("", answer("torrent.get", R"({"fields":["name","files","labels"]})", kOldestRpcVersion).c_str());
  STRCMP_EQUAL("field availability needs transmission-daemon 4.0 or newer",
               answer("torrent.get", R"({"fields":["name","availability"]})", kOldestRpcVersion).c_str());
  STRCMP_EQUAL("field sequentialDownload needs transmission-daemon 4.1 or newer",
               answer("torrent.get", R"({"fields":["sequentialDownload"]})", kRpcVersion40).c_str());
  STRCMP_EQUAL("", answer("torrent.get", R"({"fields":["sequentialDownload"]})", kRpcVersion41).c_str());
  STRCMP_EQUAL("field tcp-enabled needs transmission-daemon 4.0 or newer",
               answer("session.get", R"({"fields":["tcp-enabled"]})", kOldestRpcVersion).c_str());
  STRCMP_EQUAL("group.get needs transmission-daemon 4.0 or newer",
               answer("group.get", "{}", kOldestRpcVersion).c_str());
  STRCMP_EQUAL("argument group needs transmission-daemon 4.0 or newer",
               answer("torrent.set", R"({"group":"a"})", kOldestRpcVersion).c_str());
  STRCMP_EQUAL("argument reqq needs transmission-daemon 4.1 or newer",
               answer("session.set", R"({"reqq":500})", kRpcVersion40).c_str());
  for (const int version : {kOldestRpcVersion, kRpcVersion40, kRpcVersion41}) {
    STRCMP_EQUAL("", answer("torrent.add", R"({"filename":"magnet:?","labels":["a"]})", version).c_str());
    STRCMP_EQUAL("", answer("torrent.set", R"({"trackerList":""})", version).c_str());
  }
}

TEST(WorkerProcedures, NumbersThatTheDaemonWouldMisreadAreRefused) {
  for (const auto& [argument, last] : {std::pair{"seedRatioMode", 2},
                                       {"seedIdleMode", 2},
                                       {"seedIdleLimit", 65535},
                                       {"peer-limit", 65535},
                                       {"downloadLimit", 4294967},
                                       {"uploadLimit", 4294967}}) {
    const auto with = [argument](int value) {
      return "{" + kIds + ",\"" + argument + "\":" + std::to_string(value) + "}";
    };
    CHECK(!sent("torrent.set", with(last)).empty());
    refuses("torrent.set", with(last + 1));
    refuses("torrent.set", with(-1));
  }
  for (const auto& [argument, last] : {std::pair{"alt-speed-time-begin", 1439},
                                       {"alt-speed-time-day", 127},
                                       {"cache-size-mb", 2047},
                                       {"idle-seeding-limit", 65535},
                                       {"peer-limit-global", 65535},
                                       {"speed-limit-down", 4294967}}) {
    const auto with = [argument](int value) {
      return std::string("{\"") + argument + "\":" + std::to_string(value) + "}";
    };
    accepts("session.set", with(last));
    refuses("session.set", with(last + 1));
  }
}

TEST(WorkerProcedures, LabelsAreThoseThatEachDaemonTakes) {
  accepts("torrent.add", R"({"filename":"http://a/","labels":["a","b c","A"]})");
  accepts("torrent.add", R"({"filename":"http://a/","labels":[]})");
  for (const char* labels : {R"(["a,b"])", R"(["a"," a "])", R"([" "])", R"([""])", R"("a")", "[1]"}) {
    refuses("torrent.add", std::string(R"({"filename":"http://a/","labels":)") + labels + "}");
    refuses("torrent.set", "{" + kIds + R"(,"labels":)" + labels + "}");
  }
}

TEST(WorkerProcedures, TrackerListIsLinesOfUrls) {
  CHECK(!sent("torrent.set", "{" + kIds + R"(,"trackerList":"http://a/\nudp://b:1\n\nhttps://c/\n"})").empty());
  CHECK(!sent("torrent.set", "{" + kIds + R"(,"trackerList":""})").empty());
  for (const char* list : {R"("a")", R"("http://a/\r\nhttp://b/")", R"("ftp://a/")", R"(["http://a/"])"}) {
    refuses("torrent.set", "{" + kIds + R"(,"trackerList":)" + list + "}");
    refuses("session.set", std::string(R"({"default-trackers":)") + list + "}");
  }
  refuses("torrent.set", "{" + kIds + R"(,"trackerList":"","trackerAdd":["http://a/"]})");
}

TEST(WorkerProcedures, WordsOf41AreChecked) {
  accepts("session.set", R"({"preferred-transports":["utp","tcp"]})");
  accepts("port_test", R"({"ip-protocol":"ipv6"})");
  for (const char* transports : {"[]", R"(["utp","utp"])", R"(["http"])", R"("utp")"}) {
    refuses("session.set", std::string(R"({"preferred-transports":)") + transports + "}");
  }
  refuses("port_test", R"({"ip-protocol":"ipv5"})");
}

TEST(WorkerProcedures, OthersDoNotWaitForWhatTheDaemonFetches) {
  const auto web = tws::parse_json(R"({"filename":"https://example.org/a.torrent"})");
  const auto magnet = tws::parse_json(R"({"filename":"magnet:?xt=urn:btih:00"})");
  CHECK(is_late(procedure("torrent.add"), web->get()));
  CHECK(!is_late(procedure("torrent.add"), magnet->get()));
  CHECK(is_late(procedure("port_test"), Json(json_object()).get()));
}
