// WindowSpec: what somebody wants to see of a daemon's list (docs/topics.md, "torrents.window").
#pragma once

#include <cstddef>

#include "support/json.hpp"
#include "support/result.hpp"
#include "worker/window_filter.hpp"
#include "worker/window_order.hpp"

namespace tws::worker {

struct WindowSpec {
  WindowFilter filter;
  WindowOrder order;
  std::size_t offset = 0;
  std::size_t limit = 100;
  FieldSet fields = FieldSet().set();
};

// The members `filter`, `sort`, `offset`, `limit` and `fields` of a job's arguments, all optional; `further` is the name
// of another one that the job has. The error is invalid_argument, and names the member that is wrong.
Result<WindowSpec> read_window_spec(const json_t* arguments, std::string_view further);

}  // namespace tws::worker
