// JobSocket: the worker's end of the socket to the event loop (docs/worker-protocol.md). Never blocks
// but in wait(), so that a loop that reads slowly does not stop a worker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "support/fd.hpp"
#include "support/json.hpp"
#include "support/result.hpp"
#include "wire/job_frame.hpp"

namespace tws::worker {

class JobSocket {
 public:
  explicit JobSocket(Fd socket) : socket_(std::move(socket)) {}

  [[nodiscard]] int fd() const { return socket_.get(); }

  // Takes what has come. False when the loop has gone: the worker must leave.
  bool receive();
  // The next complete frame; see JobFrameReader::next().
  Result<bool> next(JobFrame& frame) { return reader_.next(frame); }

  // Queues one frame; flush() writes as much as the socket takes now.
  void send(const Json& header, std::string_view body = {});
  void send_ready();
  void send_result(std::int64_t id, std::string_view body);
  void send_error(std::int64_t id, const Error& error);
  // `members` are those of this kind: an object, or nothing.
  void send_progress(std::int64_t id, const char* kind, const Json& members = {}, std::string_view body = {});
  void log(const char* level, const char* code, const std::string& message);
  void flush();
  [[nodiscard]] bool backlog() const { return sent_ < out_.size(); }

  // Sleeps until something can be read, writing meanwhile what is queued.
  void wait();

 private:
  Fd socket_;
  JobFrameReader reader_;
  std::string out_;
  std::size_t sent_ = 0;  // of out_
};

}  // namespace tws::worker
