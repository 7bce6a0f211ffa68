// WatchedTopic: a server topic whose subscriptions are each backed by one job of a daemon's worker, which runs while
// the subscription has subscribers, however many (docs/worker-protocol.md, "watch"). What the worker said last, a
// snapshot and the deltas since, is kept for those who come later. Event-loop thread only.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "jobs/jobs.hpp"
#include "topics/torrents_topic.hpp"

namespace tws {

class WatchedTopic : public wamp::ServerTopic {
 public:
  using Clock = std::chrono::steady_clock;

  // So long a newcomer waits for the worker where his serializer is not at hand; then he gets what is kept.
  static constexpr auto kPatience = std::chrono::seconds(3);

  struct Kind {
    const char* job;              // the watch's name
    bool needs_list;              // of the daemon
    std::size_t most_of_session;  // subscriptions
    const char* refusal;          // of one more
  };

  // Broker, jobs and feeds, one for each daemon, outlive it. `next_revision` gives numbers that grow, one for each
  // event.
  WatchedTopic(wamp::Broker& broker, Jobs& jobs, const Feeds& feeds, const Kind& kind,
               std::function<std::uint64_t()> next_revision);
  ~WatchedTopic() override;
  WatchedTopic(const WatchedTopic&) = delete;
  WatchedTopic& operator=(const WatchedTopic&) = delete;

  // ServerTopic
  [[nodiscard]] bool keeps_subscriptions() const override { return false; }
  [[nodiscard]] Status admit(const wamp::Session& session) const override;
  void on_subscribed(wamp::Session& session, const wamp::Subscription& subscription) override;
  void on_unsubscribed(wamp::Session& session, const wamp::Subscription& subscription) override;

  // Serves those who have waited for too long. Called often.
  void tick(Clock::time_point now);

  // Of jobs that run.
  [[nodiscard]] std::size_t watches() const { return watches_.size(); }

 protected:
  // Whom to ask for a subscription, and for what.
  struct Question {
    std::string worker;     // the daemon's name
    wamp::Value arguments;  // of the job, without `tails`
    std::string format;     // of the tails: one of kFormats
  };

  [[nodiscard]] const Feeds& feeds() const { return feeds_; }

 private:
  // What stands behind one subscription.
  struct Watch {
    const wamp::Subscription& subscription;
    Question question;
    JobId job = 0;
    std::set<wamp::Serializer> asked_for{};
    // The last snapshot, or null while there is none; in which serializers the worker wrote it; and what came since.
    wamp::EventPtr snapshot{};
    std::set<wamp::Serializer> written{};
    std::vector<wamp::EventPtr> deltas{};
    std::size_t snapshot_bytes = 0;
    std::size_t json_bytes = 0;   // of the snapshot and the deltas
    std::size_t delta_bytes = 0;  // since the worker was last asked for a snapshot
    std::unordered_set<wamp::Session*> waiting{};
    Clock::time_point waiting_since{};
    bool worker_lost = false;  // and nothing came from the next one
  };

  // Of a subscription whose format format_of() gave.
  [[nodiscard]] virtual Question question_of(const wamp::Subscription& subscription) const = 0;

  // The one whose worker is asked.
  [[nodiscard]] DaemonFeed& feed_of(const Watch& watch) const;
  void start(Watch& watch);
  // For the serializers that are in use now.
  static std::string arguments_of(Watch& watch);
  void on_progress(Watch& watch, const JobFrame& frame);
  void on_gone(Watch& watch, bool continues);
  void on_snapshot(Watch& watch, bool continues);
  void on_delta(Watch& watch, wamp::EventPtr event, std::size_t bytes, std::size_t json_bytes);
  void on_ended(wamp::Id subscription, const std::string& reason);
  // Sends the session what is kept, or lets it wait.
  static void begin(Watch& watch, wamp::Session& session);
  static void send_kept(const Watch& watch, wamp::Session& session);
  // With what is kept, also where it is to be transcoded; a large one waits on for the next worker.
  static void serve_waiting(Watch& watch);
  // Whether what is kept can be sent in serializers that the worker did not write.
  static bool can_be_transcoded(const Watch& watch);

  wamp::Broker& broker_;
  Jobs& jobs_;
  const Feeds& feeds_;
  const Kind kind_;
  std::function<std::uint64_t()> next_revision_;
  std::map<wamp::Id, std::unique_ptr<Watch>> watches_;           // by subscription
  std::set<std::pair<const wamp::Session*, wamp::Id>> viewers_;  // a resumed subscriber is no new viewer
};

}  // namespace tws
