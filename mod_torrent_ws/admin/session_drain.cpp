#include "admin/session_drain.hpp"

#include "admin/admin_watch.hpp"
#include "wire/error_uris.hpp"

namespace tws {

namespace {

constexpr double kTickSeconds = 0.05;

}  // namespace

SessionDrain::SessionDrain(struct ev_loop* loop, const wamp::Realms& realms) : loop_(loop), realms_(realms) {
  ev_timer_init(&tick_, on_tick, 0, kTickSeconds);
  tick_.data = this;
}

SessionDrain::~SessionDrain() { ev_timer_stop(loop_, &tick_); }

std::size_t SessionDrain::begin(std::chrono::milliseconds time) {
  left_.clear();
  for (const auto& [name, realm] : realms_) {
    for (const wamp::Session* session : realm->sessions()) {
      if (session->identity().method != AdminWatch::kMethod) {
        left_.emplace_back(realm.get(), session->id());
      }
    }
  }
  drain_ = Drain(left_.size(), time, Drain::Clock::now());
  ev_timer_again(loop_, &tick_);
  return left_.size();
}

void SessionDrain::on_tick(struct ev_loop* /*loop*/, ev_timer* watcher, int /*events*/) {
  static_cast<SessionDrain*>(watcher->data)->close_some();
}

void SessionDrain::close_some() {
  const std::size_t stay = drain_.may_stay(Drain::Clock::now());
  for (; left_.size() > stay; left_.pop_back()) {
    const auto& [realm, id] = left_.back();
    if (wamp::Session* session = realm->find(id)) {
      session->end(close_uri::kSystemShutdown, CloseCode::kServiceRestart, "connect again");
    }
  }
  if (left_.empty()) {
    ev_timer_stop(loop_, &tick_);
  }
}

}  // namespace tws
