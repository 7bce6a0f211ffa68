// SessionDrain: closes the sessions that are there when it begins, with 1012 and evenly over a time, while new ones
// come. Event-loop thread only.
#pragma once

#include <ev.h>

#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include "loop/drain.hpp"
#include "wamp/realm.hpp"

namespace tws {

class SessionDrain {
 public:
  // The realms outlive it.
  SessionDrain(struct ev_loop* loop, const wamp::Realms& realms);
  ~SessionDrain();
  SessionDrain(const SessionDrain&) = delete;
  SessionDrain& operator=(const SessionDrain&) = delete;

  // Gives how many they are. Takes the place of one that is under way.
  std::size_t begin(std::chrono::milliseconds time);

 private:
  static void on_tick(struct ev_loop* loop, ev_timer* watcher, int events);
  void close_some();

  struct ev_loop* loop_;
  const wamp::Realms& realms_;
  Drain drain_;
  std::vector<std::pair<wamp::Realm*, wamp::Id>> left_;  // a session may have ended by itself
  ev_timer tick_{};
};

}  // namespace tws
