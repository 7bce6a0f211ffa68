// AdminWatch: a subscriber like any other whose client is torrent-wsctl: its events go there, each a line with
// WAMP's EVENT message. Event-loop thread only.
#pragma once

#include <string>

#include "io/line_link.hpp"
#include "wamp/realm.hpp"
#include "wamp/session_v2.hpp"
#include "websocket/transport.hpp"

namespace tws {

class AdminWatch final : public Transport {
 public:
  // As whom it is signed in.
  static constexpr const char* kUser = "torrent-wsctl";
  static constexpr const char* kMethod = wamp::kLocalAdministrator;

  // Subscribes, and answers with {"watching": topic} or an error. Realm and link outlive it.
  AdminWatch(LineLink& link, wamp::Realm& realm, const std::string& topic);

  // All that was queued is sent.
  void on_sent();

  // Transport
  [[nodiscard]] TransportInfo info() const override { return {kMethod, "", link_.queued_bytes()}; }
  void send(FramePtr frame) override;
  bool offer(std::span<const FramePtr> frames) override;
  void close(CloseCode code, std::string_view reason) override;

 private:
  void push(const Frame& frame);

  LineLink& link_;
  std::string topic_;
  bool behind_ = false;
  wamp::SessionV2 session_;
};

}  // namespace tws
