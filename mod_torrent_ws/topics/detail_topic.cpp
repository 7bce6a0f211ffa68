#include "topics/detail_topic.hpp"

#include "wire/error_uris.hpp"

namespace tws {

namespace {

constexpr std::size_t kHashDigits = 40;

struct Torrent {
  std::string_view daemon;  // empty: the only one
  std::string_view hash;
};

Torrent torrent_of(std::string_view topic) {
  const std::string_view key = topic.substr(std::string_view(DetailTopic::kPrefix).size());
  const std::size_t dot = key.rfind('.');
  return dot == std::string_view::npos ? Torrent{"", key} : Torrent{key.substr(0, dot), key.substr(dot + 1)};
}

bool is_hash(std::string_view text) {
  return text.size() == kHashDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

DetailTopic::DetailTopic(wamp::Broker& broker, Jobs& jobs, const Feeds& feeds,
                         std::function<std::uint64_t()> next_revision)
    : WatchedTopic(broker, jobs, feeds,
                   {.job = "torrents.detail",
                    .needs_list = false,
                    .most_of_session = kMostOfSession,
                    .refusal = "a session may have sixteen torrents open: unsubscribe from one before"},
                   std::move(next_revision)) {}

Result<std::string> DetailTopic::format_of(const std::string& topic, const wamp::Value& /*options*/) const {
  const auto [daemon, hash] = torrent_of(topic);
  const bool is_known = feeds().size() == 1 ? daemon.empty() : feed_named(feeds(), daemon) != nullptr;
  if (!is_known || !is_hash(hash)) {
    return Error{"behind torrents.detail. comes a torrent's key, as the topic torrents has them",
                 error_uri::kInvalidArgument};
  }
  return std::string();
}

WatchedTopic::Question DetailTopic::question_of(const wamp::Subscription& subscription) const {
  const auto [daemon, hash] = torrent_of(subscription.pattern.uri);
  return {daemon.empty() ? feeds().front()->name() : std::string(daemon), {{"hash", hash}}, kFormats[0]};
}

}  // namespace tws
