// The topic `torrents.window` (docs/topics.md): a part of a daemon's list, filtered, sorted and counted by its worker.
// Windows that mean the same are one subscription, and one job of the worker's. Event-loop thread only.
#pragma once

#include "topics/watched_topic.hpp"

namespace tws {

class WindowTopic final : public WatchedTopic {
 public:
  static constexpr const char* kName = "torrents.window";
  static constexpr std::size_t kMostOfSession = 8;

  WindowTopic(wamp::Broker& broker, Jobs& jobs, const Feeds& feeds, std::function<std::uint64_t()> next_revision);

  // ServerTopic
  [[nodiscard]] Result<std::string> format_of(const std::string& topic, const wamp::Value& options) const override;

 private:
  [[nodiscard]] Question question_of(const wamp::Subscription& subscription) const override;
};

}  // namespace tws
