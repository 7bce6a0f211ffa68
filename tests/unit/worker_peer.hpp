// A worker's end of its socket to the event loop, for unit tests of what talks to a worker.
#pragma once

#include <CppUTest/TestHarness.h>
#include <ev.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include "jobs/jobs.hpp"
#include "support/fd.hpp"
#include "support/json.hpp"
#include "wamp/value.hpp"
#include "wire/job_frame.hpp"

namespace tws {

class WorkerPeer {
 public:
  explicit WorkerPeer(struct ev_loop* loop) : loop_(loop) {}

  // From now on it is another worker of this daemon, with the next pid.
  void attach(Jobs& jobs, const std::string& daemon = "main") {
    std::array<int, 2> pair{};
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair.data()));
    socket_.reset(pair[1]);
    reader_ = {};
    jobs.attach(daemon, ++pid, Fd(pair[0]), "{}");
  }
  void die() { socket_.reset(); }

  // The headers of the frames that the loop sent since, but `configure`: that of a job has its `arguments`, too.
  std::vector<wamp::Value> received() {
    std::array<char, 65536> buffer{};
    for (ssize_t size = 0; (size = recv(socket_.get(), buffer.data(), buffer.size(), 0)) > 0;) {
      reader_.feed({buffer.data(), static_cast<std::size_t>(size)});
    }
    std::vector<wamp::Value> frames;
    for (JobFrame frame; *reader_.next(frame);) {
      wamp::Value header = wamp::Value::parse(to_text(frame.header.get()));
      if (header["type"] == "configure") {
        continue;
      }
      last_id = header.at("id").get<JobId>();
      if (!frame.body.empty()) {
        header["arguments"] = wamp::Value::parse(frame.body);
      }
      frames.push_back(std::move(header));
    }
    return frames;
  }

  // The loop runs while there is no room.
  void send(const wamp::Value& header, const std::string& body = {}) {
    std::string bytes;
    append_job_frame(bytes, parse_json(header.dump())->get(), body);
    for (std::string_view rest = bytes; !rest.empty();) {
      const ssize_t size = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
      CHECK_TRUE(size > 0 || errno == EAGAIN);
      if (size > 0) {
        rest.remove_prefix(static_cast<std::size_t>(size));
      } else {
        ev_run(loop_, EVRUN_NOWAIT);
      }
    }
  }

  pid_t pid = 0;
  JobId last_id = 0;  // of the last frame that was received

 private:
  struct ev_loop* loop_;
  Fd socket_;
  JobFrameReader reader_;
};

}  // namespace tws
