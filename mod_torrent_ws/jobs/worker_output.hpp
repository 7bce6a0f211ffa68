// WorkerOutput: what workers write to their standard error comes through a pipe, since the ErrorLog's descriptor
// of this process changes when logs are rotated, and theirs cannot. Main thread only.
#pragma once

#include <string>

#include "support/fd.hpp"

namespace tws {

class WorkerOutput {
 public:
  WorkerOutput();
  [[nodiscard]] int read_end() const { return read_end_.get(); }
  // For the workers.
  [[nodiscard]] int write_end() const { return write_end_.get(); }

  // Copies the lines that are there; not without end, if a worker writes so.
  void copy_to_log();

 private:
  void write_lines();

  Fd read_end_;
  Fd write_end_;
  std::string unfinished_;
};

}  // namespace tws
