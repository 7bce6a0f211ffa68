// Mailbox: what one thread asks another to do. post() may be called by any thread; the posted functions
// run on the event-loop thread, in order, soon.
#pragma once

#include <ev.h>

#include <functional>
#include <mutex>
#include <vector>

namespace tws {

class Mailbox {
 public:
  explicit Mailbox(struct ev_loop* loop) : loop_(loop) {
    ev_async_init(&wake_up_, on_wake_up);
    wake_up_.data = this;
    ev_async_start(loop_, &wake_up_);
  }
  ~Mailbox() { ev_async_stop(loop_, &wake_up_); }
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  void post(std::function<void()> task) {
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    ev_async_send(loop_, &wake_up_);
  }

 private:
  static void on_wake_up(struct ev_loop* /*loop*/, ev_async* watcher, int /*events*/) {
    auto* mailbox = static_cast<Mailbox*>(watcher->data);
    std::vector<std::function<void()>> tasks;
    {
      const std::lock_guard lock(mailbox->mutex_);
      tasks.swap(mailbox->tasks_);
    }
    for (const auto& task : tasks) {
      task();
    }
  }

  struct ev_loop* loop_;
  ev_async wake_up_{};
  std::mutex mutex_;
  std::vector<std::function<void()>> tasks_;
};

}  // namespace tws
