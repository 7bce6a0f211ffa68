// What frames between the loop and a handler's workers hold (docs/worker-protocol.md, role handler). No thread
// affinity.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "support/result.hpp"
#include "wamp/payload.hpp"
#include "wamp/value.hpp"
#include "wire/uri_pattern.hpp"

namespace tws::wamp {
class Session;
}

namespace tws {

// torrent-wsctl's sessions are no clients of the site: handlers are not told of them.
bool is_client(const wamp::Session& session);

// The body of a job or event: a JSON object that begins with whom it is about.
class HandlerBody {
 public:
  explicit HandlerBody(const wamp::Session& session);
  HandlerBody& text(std::string_view name, std::string_view text);
  HandlerBody& value(std::string_view name, const wamp::Value& value);
  // "topic", and "match" where it is a pattern.
  HandlerBody& topics(const UriPattern& topics);
  // "args" and "kwargs", as they came where that was JSON.
  HandlerBody& payload(const wamp::Payload& payload);
  // Once, at the end.
  std::string finish();

 private:
  HandlerBody& encoded(std::string_view name, std::string_view json);

  std::string json_ = "{";
};

// A result's body: nothing, or a list of args and kwargs, both of which may be absent. Passed on as it is.
Result<std::optional<wamp::Payload>> payload_of_result(std::string_view body);

}  // namespace tws
