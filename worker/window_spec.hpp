// WindowSpec: a WindowRequest as a window evaluates it.
#pragma once

#include <cstddef>

#include "wire/window_request.hpp"
#include "worker/window_filter.hpp"
#include "worker/window_order.hpp"

namespace tws::worker {

struct WindowSpec {
  explicit WindowSpec(const WindowRequest& request);

  WindowFilter filter;
  WindowOrder order;
  std::size_t offset;
  std::size_t limit;
  FieldSet fields;
};

}  // namespace tws::worker
