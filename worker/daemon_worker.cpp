#include "worker/daemon_worker.hpp"

#include <curl/curl.h>

#include "wire/error_uris.hpp"
#include "worker/commands.hpp"
#include "worker/detail_watch.hpp"
#include "worker/list_reader.hpp"
#include "worker/list_watch.hpp"
#include "worker/list_windows.hpp"
#include "worker/log_codes.hpp"
#include "worker/owner_store.hpp"

namespace tws::worker {

namespace {

class DaemonWorker {
 public:
  DaemonWorker(JobSocket& socket, const DaemonConfig& config)
      : socket_(socket),
        config_(config),
        daemon_(config),
        details_(daemon_, socket),
        owners_(config, socket),
        reader_(daemon_, owners_, socket, config),
        watch_(daemon_, reader_, socket, config),
        windows_(daemon_, reader_, socket, config),
        commands_(daemon_, reader_, details_, socket, config) {}

  int run() {
    while (socket_.receive()) {
      JobFrame frame;
      const auto until = Clock::now() + kShareOfTurn;
      auto got = socket_.next(frame);
      while (got && *got) {
        take(frame);
        if (Clock::now() >= until) {
          break;
        }
        got = socket_.next(frame);
      }
      if (!got) {
        socket_.log("error", log_code::kProtocol, got.error().message);
        return 1;
      }
      // Before the list looks whether the loop has taken what it was sent: it would wait for nothing but its clock.
      socket_.flush();
      daemon_.perform();
      Timers timers(Clock::now());
      if (*got) {
        timers.again();
      }
      daemon_.tick(timers);
      commands_.tick(timers);
      watch_.tick(timers);
      windows_.tick(timers);
      reader_.tick(timers, commands_.waiting());
      details_.tick(timers, commands_.waiting());
      owners_.tick(timers);
      log_health();
      daemon_.wait(socket_.fd(), socket_.backlog(), timers.wait());
    }
    return 0;
  }

 private:
  void take(const JobFrame& frame) {
    const auto type = string_member(frame.header.get(), "type");
    const auto id = integer_member(frame.header.get(), "id");
    if (!id) {
      return;
    }
    const auto name = string_member(frame.header.get(), "name");
    if (type == "cancel") {
      watch_.cancel(*id);
      windows_.cancel(*id);
      details_.cancel(*id);
    } else if (type != "job") {
      return;
    } else if (name == "torrents.watch") {
      start(watch_, *id, frame);
    } else if (name == "torrents.window") {
      start(windows_, *id, frame);
    } else if (name == "torrents.window.get") {
      windows_.get(*id, frame);
    } else if (name == "torrents.detail") {
      start(details_, *id, frame);
    } else {
      commands_.add(*id, frame);
    }
  }

  template <typename Watch>
  void start(Watch& watch, std::int64_t id, const JobFrame& frame) {
    const auto arguments = parse_json(frame.body);
    if (const auto started = watch.start(id, arguments ? arguments->get() : nullptr); !started) {
      socket_.send_error(id, started.error());
    }
  }

  void log_health() {
    const DaemonHealth& health = daemon_.health();
    const bool down = health.state() == DaemonHealth::State::kDown;
    if (down && logged_reason_ != health.reason()) {
      logged_reason_ = health.reason();
      socket_.log("warning", log_code::kDaemonDown, "daemon " + config_.name + " is down: " + logged_reason_);
    } else if (health.state() == DaemonHealth::State::kUp && !logged_reason_.empty()) {
      logged_reason_.clear();
      socket_.log("notice", log_code::kDaemonUp, "daemon " + config_.name + " is up again");
    }
  }

  JobSocket& socket_;
  const DaemonConfig& config_;
  Daemon daemon_;
  DetailWatch details_;
  OwnerStore owners_;
  ListReader reader_;
  ListWatch watch_;
  ListWindows windows_;
  Commands commands_;
  std::string logged_reason_;  // while the log says that the daemon is down
};

}  // namespace

int run_daemon_worker(JobSocket& socket, const Json& configuration) {
  const auto config = read_daemon_config(configuration.get());
  if (!config) {
    socket.log("error", log_code::kConfiguration, config.error().message);
    return 1;
  }
  curl_global_init(CURL_GLOBAL_DEFAULT);
  socket.send_ready();
  const int status = DaemonWorker(socket, *config).run();
  curl_global_cleanup();
  return status;
}

}  // namespace tws::worker
