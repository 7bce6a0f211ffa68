#include "worker/window_spec.hpp"

namespace tws::worker {

WindowSpec::WindowSpec(const WindowRequest& request)
    : filter(request.values, request.search), offset(request.offset), limit(request.limit) {
  for (const auto& [name, is_descending] : request.sort) {
    order.add(name, is_descending);
  }
  for (std::size_t field = 0; field < kListFieldCount; ++field) {
    fields[field] = request.fields.empty() || request.fields.contains(kListFields[field]);
  }
}

}  // namespace tws::worker
