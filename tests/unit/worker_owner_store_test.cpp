// Who added torrents, in a real SQLite database that others use, too.
#include <CppUTest/TestHarness.h>
#include <sqlite3.h>
#include <sys/socket.h>

#include <array>
#include <memory>
#include <string>

#include "tests/unit/site_database.hpp"
#include "worker/owner_store.hpp"

using tws::Fd;
using tws::JobFrame;
using tws::JobFrameReader;
using tws::worker::Clock;
using tws::worker::DaemonConfig;
using tws::worker::JobSocket;
using tws::worker::Milliseconds;
using tws::worker::Owners;
using tws::worker::OwnerStore;
using tws::worker::SiteDatabase;
using tws::worker::Timers;

namespace {

const std::string kHashA(40, 'a');
const std::string kHashB(40, 'b');

DaemonConfig config_of(const std::string& daemon, const std::string& database) {
  DaemonConfig config;
  config.name = daemon;
  config.database = database;
  return config;
}

}  // namespace

TEST_GROUP(WorkerOwnerStore) {
  SiteDatabase database;
  DaemonConfig config = config_of("main", database.path);
  std::array<Fd, 2> sockets = pair();
  JobSocket log{std::move(sockets[0])};
  JobFrameReader reader;
  std::unique_ptr<OwnerStore> store = std::make_unique<OwnerStore>(config, log);
  Clock::time_point now = Clock::now();

  static std::array<Fd, 2> pair() {
    std::array<int, 2> ends{};
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()));
    return {Fd(ends[0]), Fd(ends[1])};
  }

  // Gives when the store wants to be called again, as Timers have it.
  Milliseconds tick(Milliseconds later = {}) {
    Timers timers(now += later);
    store->tick(timers);
    return timers.wait();
  }
  void start_anew() {
    store = std::make_unique<OwnerStore>(config, log);
    store->read(now);
  }
  void holds(const Owners& owners) {
    CHECK_TRUE(owners == store->owners());
    // Another worker sees the same.
    OwnerStore other(config, log);
    other.read(now);
    CHECK_TRUE(owners == other.owners());
  }
  // What the log was told since.
  std::string logged() {
    log.flush();
    std::array<char, 65536> buffer{};
    for (ssize_t size = 0; (size = recv(sockets[1].get(), buffer.data(), buffer.size(), 0)) > 0;) {
      reader.feed({buffer.data(), static_cast<std::size_t>(size)});
    }
    std::string lines;
    for (JobFrame frame; *reader.next(frame);) {
      STRCMP_EQUAL("TWS0308", std::string(*tws::string_member(frame.header.get(), "code")).c_str());
      lines.append(*tws::string_member(frame.header.get(), "message")).append("\n");
    }
    return lines;
  }
};

TEST(WorkerOwnerStore, KnowsAtOnceAndAfterAStart) {
  store->read(now);
  store->set(kHashA, "7");
  store->set(kHashB, "8");
  CHECK_TRUE((Owners{{kHashA, "7"}, {kHashB, "8"}}) == store->owners());
  tick();
  store->set(kHashA, "9");
  store->set(kHashB, "");
  tick();
  holds({{kHashA, "9"}});
  start_anew();
  holds({{kHashA, "9"}});
  STRCMP_EQUAL("", logged().c_str());
}

TEST(WorkerOwnerStore, EachDaemonHasItsOwn) {
  store->set(kHashA, "7");
  tick();
  const DaemonConfig attic = config_of("attic", database.path);
  OwnerStore other(attic, log);
  other.read(now);
  CHECK_TRUE(other.owners().empty());
  Timers timers(now);
  other.set(kHashA, "8");
  other.tick(timers);
  holds({{kHashA, "7"}});
}

TEST(WorkerOwnerStore, WhatWaitsIsWrittenWhenItEnds) {
  store->set(kHashA, "7");
  start_anew();
  holds({{kHashA, "7"}});
}

TEST(WorkerOwnerStore, TakesWhatTheSiteWritesIfItIsOne) {
  store->read(now);
  database.execute("INSERT INTO torrent_ws_owner VALUES ('main', '" + kHashA + "', '7'), ('main', '" + kHashB +
                   "', 8), ('main', '" + std::string(40, 'C') + "', '9'), ('attic', '" + std::string(40, 'c') +
                   "', '9'), ('main', 'x', '9'), " + "('main', '" + std::string(40, 'd') +
                   "', CAST(X'ff' AS TEXT)), ('main', '" + std::string(40, 'e') +
                   "', CAST(X'61006200' AS TEXT)), ('main', '" + std::string(40, 'f') + "', '')");
  CHECK_TRUE(store->owners().empty());
  store->read(now);
  holds({{kHashA, "7"}, {kHashB, "8"}});
}

TEST(WorkerOwnerStore, WhatCannotBeAUserIsNobody) {
  store->set(kHashA, "7");
  store->set(kHashA, std::string(1001, 'x'));
  tick();
  holds({});
}

TEST(WorkerOwnerStore, NeverWaitsForALockAndWritesLater) {
  store->read(now);
  sqlite3* site = nullptr;
  CHECK_EQUAL(SQLITE_OK, sqlite3_open(database.path.c_str(), &site));
  CHECK_EQUAL(SQLITE_OK, sqlite3_exec(site, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr));
  const auto before = Clock::now();
  store->set(kHashA, "7");
  CHECK_EQUAL(250, tick().count());
  store->set(kHashB, "8");
  CHECK_EQUAL(150, tick(Milliseconds(100)).count());
  store->read(now);
  CHECK_TRUE((Owners{{kHashA, "7"}, {kHashB, "8"}}) == store->owners());
  CHECK_TRUE(Clock::now() - before < std::chrono::seconds(4));  // of the five that others would wait
  for (int i = 0; i < 40; ++i) {
    tick(Milliseconds(250));
  }
  STRCMP_EQUAL(("token database " + database.path + " cannot be written: database is locked\n").c_str(),
               logged().c_str());

  CHECK_EQUAL(SQLITE_OK, sqlite3_exec(site, "ROLLBACK", nullptr, nullptr, nullptr));
  sqlite3_close(site);
  tick(Milliseconds(250));
  holds({{kHashA, "7"}, {kHashB, "8"}});
  STRCMP_EQUAL("", logged().c_str());
}

TEST(WorkerOwnerStore, ManyAreWrittenInSeveralTurns) {
  Owners owners;
  for (int i = 0; i < 5000; ++i) {
    const std::string number = std::to_string(i);
    const std::string hash = std::string(40 - number.size(), '0') + number;
    owners.emplace(hash, "7");
    store->set(hash, "7");
  }
  int turns = 1;
  while (tick().count() == 0) {
    ++turns;
  }
  CHECK_TRUE(turns > 1 && turns < 10);
  holds(owners);
}

TEST(WorkerOwnerStore, TroubleIsSaidAndTheNextTryStartsAfresh) {
  store->set(kHashA, "7");
  tick();
  database.execute("DROP TABLE torrent_ws_owner; CREATE TABLE torrent_ws_owner (something_else TEXT)");
  CHECK_FALSE(store->read(now));
  store->set(kHashB, "8");
  tick();
  STRCMP_EQUAL("", logged().c_str());
  tick(std::chrono::seconds(5));
  STRCMP_CONTAINS("cannot be written: ", logged().c_str());
  CHECK_FALSE(store->read(now));
  STRCMP_EQUAL("", logged().c_str());
  CHECK_TRUE((Owners{{kHashA, "7"}, {kHashB, "8"}}) == store->owners());
  database.execute("DROP TABLE torrent_ws_owner");
  tick(std::chrono::seconds(1));
  store->read(now);
  holds({{kHashB, "8"}});
}

TEST(WorkerOwnerStore, WhatAnotherProcessWroteOutlivesAForgotten) {
  store->set(kHashA, "7");
  store->set(kHashB, "7");
  tick();
  OwnerStore other(config, log);
  other.set(kHashA, "8");
  Timers timers(now);
  other.tick(timers);
  store->forget(kHashA);
  store->forget(kHashB);
  tick();
  start_anew();
  holds({{kHashA, "8"}});
  // What was still to be written hides nobody who was written before.
  store->set(kHashA, "9");
  store->forget(kHashA);
  tick();
  start_anew();
  holds({});
  other.set(kHashA, "8");
  other.tick(timers);
  // A command's removal counts whoever owned it.
  other.set(kHashA, "");
  other.tick(timers);
  start_anew();
  holds({});
}

TEST(WorkerOwnerStore, WhoIsInNoListTwiceIsForgotten) {
  const tws::worker::TorrentList::Torrents only_a{{kHashA, {}}};
  store->set(kHashA, "7");
  store->set(kHashB, "8");
  store->forget_others(only_a);
  tick();
  holds({{kHashA, "7"}, {kHashB, "8"}});
  store->forget_others({{kHashA, {}}, {kHashB, {}}});
  store->forget_others(only_a);
  holds({{kHashA, "7"}, {kHashB, "8"}});
  store->forget_others(only_a);
  tick();
  holds({{kHashA, "7"}});
}

TEST(WorkerOwnerStore, WithoutADatabaseNobodyOwnsAnything) {
  config.database.clear();
  start_anew();
  store->set(kHashA, "7");
  tick();
  CHECK_TRUE(store->owners().empty());
  STRCMP_EQUAL("", logged().c_str());
}
