// HttpBridge: publications over HTTP. A child of httpd hands over a request (HandoverKind::kPublish) with a socket: it
// sends the body there, ends its side, and gets the answer. Nothing here waits for it. Event-loop thread only.
#pragma once

#include <ev.h>

#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>

#include "bridge/publish_keys.hpp"
#include "bridge/publisher.hpp"
#include "support/fd.hpp"
#include "support/log.hpp"
#include "support/occasional.hpp"
#include "wire/handover.hpp"

namespace tws {

class HttpBridge {
 public:
  // Requests under way, and the bytes of all their bodies: more are told to come again.
  static constexpr std::size_t kMaxRequests = 256;
  static constexpr std::size_t kMaxBytes = 64UL << 20;

  // Log, realm and publisher outlive it.
  HttpBridge(struct ev_loop* loop, const Log& log, wamp::Realm& realm, Publisher& publisher);
  ~HttpBridge();
  HttpBridge(const HttpBridge&) = delete;
  HttpBridge& operator=(const HttpBridge&) = delete;

  // `max_body` in bytes; kMaxBytes holds for all of them beside it.
  void configure(const std::vector<PublishKey>& keys, std::chrono::milliseconds window, std::size_t max_body);
  void take(Fd socket, const Handover& handover);

 private:
  class Request;

  // Each of these may remove the request.
  void on_body(Request& request);
  // Whose httpd's login is; the request may have gone.
  void on_user(std::uint64_t number, const Result<std::string>& user);
  void publish(Request& request, const wamp::Identity& identity);
  void refuse(Request& request, const Error& error);
  void answer(Request& request, const Publisher::Answer& answer);
  void remove(Request& request);
  void tell_wrong_signature(const Handover& handover, const Error& error);

  struct ev_loop* loop_;
  const Log& log_;
  wamp::Realm& realm_;
  Publisher& publisher_;
  PublishKeys keys_;
  std::size_t max_body_ = 0;
  std::size_t bytes_ = 0;  // of all bodies
  std::uint64_t last_request_ = 0;
  std::unordered_map<std::uint64_t, std::unique_ptr<Request>> requests_;
  Occasional wrong_signatures_;
  // Gone when this object is: for answers of workers.
  std::shared_ptr<HttpBridge*> self_ = std::make_shared<HttpBridge*>(this);
};

}  // namespace tws
