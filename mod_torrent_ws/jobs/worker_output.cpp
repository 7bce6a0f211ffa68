#include "jobs/worker_output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <climits>

#include "support/log.hpp"

namespace tws {

namespace {

constexpr int kReadsPerTurn = 16;

}  // namespace

WorkerOutput::WorkerOutput() {
  std::array<int, 2> ends{-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) == 0) {
    read_end_.reset(ends[0]);
    write_end_.reset(ends[1]);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
  }
}

void WorkerOutput::copy_to_log() {
  std::array<char, PIPE_BUF> buffer{};
  for (int i = 0; i < kReadsPerTurn; ++i) {
    const ssize_t size = read(read_end_.get(), buffer.data(), buffer.size());
    if (size <= 0) {
      return;
    }
    unfinished_.append(buffer.data(), static_cast<std::size_t>(size));
    write_lines();
  }
}

void WorkerOutput::write_lines() {
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = unfinished_.find('\n', begin)) != std::string::npos; begin = end + 1) {
    write_line(STDERR_FILENO, std::string_view(unfinished_).substr(begin, end + 1 - begin));
  }
  unfinished_.erase(0, begin);
  if (unfinished_.size() > PIPE_BUF) {
    write_line(STDERR_FILENO, unfinished_);
    unfinished_.clear();
  }
}

}  // namespace tws
