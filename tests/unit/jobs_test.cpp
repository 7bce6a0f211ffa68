// What becomes of a daemon's jobs when its worker dies or hangs, over sockets whose other end says what a worker says.
#include "jobs/jobs.hpp"

#include <CppUTest/TestHarness.h>
#include <ev.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/worker_peer.hpp"
#include "wire/error_uris.hpp"

using tws::JobStage;

namespace {

constexpr const char* kDaemon = "main";
constexpr auto kLong = std::chrono::minutes(1);

class Worker final : public tws::WorkerPeer {
 public:
  using WorkerPeer::WorkerPeer;

  // The jobs that it was given since, by name.
  std::vector<std::string> given() {
    std::vector<std::string> names;
    for (const tws::wamp::Value& frame : received()) {
      if (frame["type"] == "job") {
        names.push_back(frame["name"]);
        expires_ms = frame.value("expires_ms", std::int64_t{0});
      }
    }
    return names;
  }

  void say(const std::string& header) { send(tws::wamp::Value::parse(header)); }
  void say_sent(tws::JobId id) { say(R"({"type":"progress","kind":"sent","id":)" + std::to_string(id) + "}"); }

  std::int64_t expires_ms = 0;
};

}  // namespace

TEST_GROUP(Jobs) {
  struct ev_loop* loop = ev_loop_new(EVFLAG_AUTO);
  tws::Log log;
  std::vector<pid_t> replaced;
  std::unique_ptr<tws::Jobs> jobs;
  Worker worker{loop};
  std::vector<std::string> ends;  // "name: uri", the URI empty where it was done
  std::vector<JobStage> stages;   // of the job "staged"

  void setup() override {
    log.set_level(0);
    jobs = std::make_unique<tws::Jobs>(loop, log, [this](pid_t pid) { replaced.push_back(pid); });
    start_worker();
  }
  void teardown() override {
    jobs.reset();
    ev_loop_destroy(loop);
  }

  void start_worker() { worker.attach(*jobs, kDaemon); }
  void kill_worker() {
    worker.die();
    turn();
  }
  void turn() { ev_run(loop, EVRUN_NOWAIT); }

  tws::JobId submit(const std::string& name, bool repeatable = false, std::chrono::milliseconds timeout = kLong) {
    tws::JobRequest request;
    request.worker = kDaemon;
    request.name = name;
    request.repeatable = repeatable;
    request.timeout = timeout;
    return jobs->submit(
        std::move(request),
        [this, name](const tws::Result<std::string>& outcome) {
          ends.push_back(name + ": " + (outcome ? "" : outcome.error().uri));
        },
        [this, name](JobStage stage) {
          if (name == "staged") {
            stages.push_back(stage);
          }
        });
  }

  // A watch that may end; without `may_end` one that goes on whatever happens.
  tws::JobId watch(const std::string& name, bool may_end = true) {
    tws::JobRequest request;
    request.worker = kDaemon;
    request.name = name;
    return jobs->watch(
        std::move(request), [](const tws::JobFrame&) {}, [](tws::WorkerEnd) {},
        may_end ? tws::JobDone([this, name](const tws::Result<std::string>& outcome) {
          ends.push_back(name + ": " + (outcome ? "" : outcome.error().uri));
        })
                : tws::JobDone());
  }

  void check_given(const std::vector<std::string>& expected) { CHECK_TRUE(expected == worker.given()); }
  void check_ends(const std::vector<std::string>& expected) {
    CHECK_TRUE(expected == ends);
    ends.clear();
  }
};

TEST(Jobs, whoever_waits_is_told_how_far_a_job_is) {
  const auto id = submit("staged");
  worker.say_sent(id);
  worker.say(R"({"type":"progress","kind":"other","id":)" + std::to_string(id) + "}");
  turn();
  worker.say(R"({"type":"result","id":)" + std::to_string(id) + "}");
  turn();
  CHECK_TRUE((std::vector{JobStage::kGiven, JobStage::kSent} == stages));
  check_ends({"staged: "});
}

TEST(Jobs, a_worker_is_told_when_its_job_ends) {
  const auto begin = std::chrono::steady_clock::now() + kLong;
  submit("a");
  worker.given();
  const std::chrono::steady_clock::time_point expires{std::chrono::milliseconds(worker.expires_ms)};
  CHECK_TRUE(expires >= begin - std::chrono::milliseconds(1));
  CHECK_TRUE(expires <= std::chrono::steady_clock::now() + kLong);
}

TEST(Jobs, when_the_worker_dies_the_next_one_does_what_was_not_sent_and_what_only_reads_in_order) {
  const auto sent = submit("sent");
  submit("staged");
  submit("second");
  worker.say_sent(submit("read", true));
  submit("third");
  worker.say_sent(sent);
  kill_worker();
  check_ends({"sent: torrent_ws.error.outcome_unknown"});
  submit("later");
  start_worker();
  CHECK_TRUE((std::vector<std::string>{"staged", "second", "read", "third", "later"} == worker.given()));
  CHECK_TRUE((std::vector{JobStage::kGiven, JobStage::kQueued, JobStage::kGiven} == stages));
}

TEST(Jobs, no_job_is_given_to_a_fourth_worker) {
  submit("poison");
  submit("bad read", true);
  for (int i = 0; i < 3; ++i) {
    LONGS_EQUAL(2, worker.given().size());
    kill_worker();
    start_worker();
  }
  check_ends({"poison: torrent_ws.error.daemon_unreachable", "bad read: torrent_ws.error.daemon_unreachable"});
  LONGS_EQUAL(0, worker.given().size());
}

TEST(Jobs, what_no_worker_has_by_its_time_is_not_done) {
  kill_worker();
  submit("command", false, std::chrono::milliseconds(1));
  submit("read", true, std::chrono::milliseconds(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  jobs->tick();
  LONGS_EQUAL(2, ends.size());
  for (const std::string& end : ends) {
    CHECK_TRUE(end.ends_with(": torrent_ws.error.daemon_unreachable"));
  }
  start_worker();
  LONGS_EQUAL(0, worker.given().size());
}

TEST(Jobs, a_worker_keeps_the_time_of_its_jobs_itself) {
  submit("command", false, std::chrono::milliseconds(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  jobs->tick();
  check_ends({});
  LONGS_EQUAL(0, replaced.size());
}

TEST(Jobs, a_watch_that_kills_its_workers_ends_and_the_others_go_on) {
  watch("list", false);
  const auto innocent = watch("innocent");
  watch("poison");
  for (int i = 0; i < 2; ++i) {
    check_given({"list", "innocent", "poison"});
    kill_worker();
    start_worker();
  }
  jobs->tick();
  check_given({"list"});
  jobs->tick(tws::Jobs::Clock::now() + std::chrono::seconds(3));
  check_given({"innocent"});
  jobs->tick();
  check_given({});
  worker.say(R"({"type":"progress","kind":"snapshot","id":)" + std::to_string(innocent) + "}");
  turn();
  jobs->tick();
  check_given({"poison"});
  kill_worker();
  check_ends({"poison: torrent_ws.error.daemon_unreachable"});
  start_worker();
  check_given({"list", "innocent"});
}

TEST(Jobs, a_watch_that_is_told_of_between_the_ends_of_its_workers_goes_on) {
  const auto id = watch("window");
  for (int i = 0; i < 5; ++i) {
    check_given({"window"});
    worker.say(R"({"type":"progress","kind":"snapshot","id":)" + std::to_string(id) + "}");
    turn();
    kill_worker();
    start_worker();
  }
  check_ends({});
}

TEST(Jobs, a_suspect_of_which_nothing_is_told_holds_the_others_up_for_a_while_only) {
  watch("silent");
  watch("other");
  for (int i = 0; i < 2; ++i) {
    kill_worker();
    start_worker();
  }
  const auto now = tws::Jobs::Clock::now();
  jobs->tick(now + std::chrono::seconds(3));
  check_given({"silent"});
  jobs->tick(now + std::chrono::seconds(6));
  check_given({"other"});
}

TEST(Jobs, a_watch_that_changes_while_no_worker_has_it_is_given_once) {
  kill_worker();
  const auto id = watch("window");
  jobs->change_watch(id, "{}");
  jobs->cancel(watch("left"));
  start_worker();
  check_given({"window"});
  jobs->change_watch(id, "{}");
  check_given({"window"});
}

TEST(Jobs, a_worker_that_has_only_just_come_is_not_taken_to_hang) {
  jobs->replace(kDaemon);
  LONGS_EQUAL(0, replaced.size());
}

TEST(Jobs, a_list_that_needs_too_much_does_not_have_its_worker_replaced_without_end) {
  std::vector<pid_t> dismissed;
  jobs->manage({1, 1, 0},
               {.replace = {}, .add = [] {}, .dismiss = [&dismissed](pid_t pid) { dismissed.push_back(pid); }});
  const auto begin = tws::Jobs::Clock::now();
  // Whether it is replaced then, so many seconds later.
  const auto is_replaced = [&](int seconds, std::size_t resident) {
    dismissed.clear();
    jobs->on_too_large(worker.pid, resident);
    jobs->tick(begin + std::chrono::seconds(seconds));
    if (dismissed.empty()) {
      return false;
    }
    start_worker();
    return true;
  };
  CHECK_TRUE(is_replaced(0, 1));
  CHECK_FALSE(is_replaced(9, 1));
  CHECK_TRUE(is_replaced(10, 1));
  CHECK_FALSE(is_replaced(29, 1));
  CHECK_FALSE(is_replaced(30, 0));  // it has shrunk
  CHECK_TRUE(is_replaced(31, 1));
  for (int i = 0, seconds = 31; i < 10; ++i) {
    seconds += 600;
    CHECK_TRUE(is_replaced(seconds, 1));
  }
  CHECK_FALSE(is_replaced(31 + 6000 + 599, 1));
  CHECK_TRUE(is_replaced(31 + 6000 + 1300, 1));  // there was time enough without
  CHECK_TRUE(is_replaced(31 + 6000 + 1310, 1));
}
