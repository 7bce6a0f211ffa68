// The status as OpenMetrics 1.0, for Prometheus. Any thread.
#pragma once

#include <jansson.h>

#include <string>

namespace tws::apache {

// Every number of the status but the pid is in it. Those that are known have their type, unit and labels, and are
// declared also while they have no value; others are of type `unknown`, by the names of their members.
std::string to_metrics(const json_t* status);

}  // namespace tws::apache
