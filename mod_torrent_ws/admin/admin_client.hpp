// AdminClient: one torrent-wsctl that is connected, and the commands that it may give. Requests and answers are
// JSON objects, one a line:
//
//   {"command": "status"}                          the status (loop/status.cpp)
//   {"command": "sessions"}                        {"sessions": [{"id", …}, …], "more": true or false}: several lines
//                                                  while more is true
//   {"command": "kick", "session": id}             {"killed": how many}
//   {"command": "kick", "user": user id}           {"killed": how many}
//   {"command": "drain", "seconds": over so long}  {"draining": how many}, at once
//   {"command": "watch", "topic": topic}           {"watching": topic}, then EVENT messages of WAMP until the client
//                                                  hangs up; it takes no further request
//
// What is not done is answered with {"error": why and what to do}. Event-loop thread only.
#pragma once

#include <sys/socket.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "admin/admin_watch.hpp"
#include "admin/session_drain.hpp"
#include "io/line_link.hpp"
#include "support/json.hpp"
#include "support/log.hpp"

namespace tws {

// What all of them act on.
struct AdminDesk {
  const Log& log;
  const wamp::Realms& realms;
  std::function<std::string()> status;  // a JSON object
  SessionDrain drain;
};

class AdminClient final : private LineLink::Owner {
 public:
  // `on_end` is called once; the client may be destroyed afterwards, not in it.
  AdminClient(struct ev_loop* loop, Fd socket, const ucred& peer, AdminDesk& desk, std::function<void()> on_end);

  [[nodiscard]] bool has_ended() const { return ended_; }
  void end() { link_.end(); }

 private:
  // LineLink::Owner
  [[nodiscard]] bool takes_lines() const override;
  void on_line(std::string_view line) override;
  void on_long_line() override;
  void on_sent() override;
  void on_end() override;

  Result<Json> answer(const json_t* request);
  [[nodiscard]] Result<Json> kick(const json_t* request) const;
  [[nodiscard]] Result<Json> drain(const json_t* request) const;
  Status watch(const json_t* request);
  void list_sessions();
  void send_page();
  void log_action(const std::string& what) const;

  ucred peer_;
  AdminDesk& desk_;
  std::function<void()> on_end_;
  LineLink link_;
  std::unique_ptr<AdminWatch> watch_;
  // Still to be listed, when a list is asked for; a session may have ended by then.
  std::optional<std::vector<std::pair<wamp::Realm*, wamp::Id>>> to_list_;
  bool ended_ = false;
};

}  // namespace tws
