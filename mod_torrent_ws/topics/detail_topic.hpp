// The topics `torrents.detail.<key>` (docs/topics.md): files, peers, trackers and pieces of a torrent that somebody has
// open. Event-loop thread only.
#pragma once

#include "topics/watched_topic.hpp"

namespace tws {

class DetailTopic final : public WatchedTopic {
 public:
  static constexpr const char* kPrefix = "torrents.detail.";
  static constexpr std::size_t kMostOfSession = 16;

  DetailTopic(wamp::Broker& broker, Jobs& jobs, const Feeds& feeds, std::function<std::uint64_t()> next_revision);

  // ServerTopic
  [[nodiscard]] Result<std::string> format_of(const std::string& topic, const wamp::Value& options) const override;

 private:
  [[nodiscard]] Question question_of(const wamp::Subscription& subscription) const override;
};

}  // namespace tws
