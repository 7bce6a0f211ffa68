// HandlerPort: where a handler's jobs go: a process of its own, or a queue to which workers connect. Event-loop thread
// only.
#pragma once

#include <string>
#include <string_view>

#include "support/json.hpp"
#include "wire/job_frame.hpp"

namespace tws {

// What comes from a port.
class HandlerPortListener {
 public:
  virtual ~HandlerPortListener() = default;
  // Who does the jobs has begun, and knows of nothing yet.
  virtual void on_begin() = 0;
  // There is room for jobs that send() refused.
  virtual void on_room() = 0;
  virtual void on_frame(const JobFrame& frame) = 0;
  // Who had the jobs has gone; another one begins soon.
  virtual void on_lost() = 0;
};

class HandlerPort {
 public:
  virtual ~HandlerPort() = default;
  // False: not now.
  virtual bool send(const json_t* header, std::string_view body) = 0;
  // An event, which nobody answers. Where it cannot be told, and is of consequence, its receiver begins anew.
  virtual void tell(std::string_view event, const std::string& body) = 0;
  // Whether jobs or events of this name are asked for. While nobody is there to say so, they are.
  [[nodiscard]] virtual bool wants(std::string_view name) const = 0;
  virtual void tick() = 0;
};

// The events of Ratchet's, of which subscribe, publish and call are jobs.
namespace handler_event {
inline constexpr std::string_view kOpen = "open";
inline constexpr std::string_view kClose = "close";
inline constexpr std::string_view kError = "error";
inline constexpr std::string_view kSubscribe = "subscribe";
inline constexpr std::string_view kUnsubscribe = "unsubscribe";
inline constexpr std::string_view kPublish = "publish";
inline constexpr std::string_view kCall = "call";
}  // namespace handler_event

}  // namespace tws
