#include "admin/admin_watch.hpp"

#include <CppUTest/TestHarness.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <string>

namespace {

constexpr std::size_t kMaxLine = 4096;

// Counts who comes, and who is told all anew after it fell behind.
class Topic final : public tws::wamp::ServerTopic {
 public:
  tws::Result<std::string> format_of(const std::string& /*topic*/, const tws::wamp::Value& /*options*/) const override {
    return std::string();
  }
  void on_subscribed(tws::wamp::Session& of, const tws::wamp::Subscription& /*subscription*/) override {
    session = &of;
    ++told;
  }
  void on_unsubscribed(tws::wamp::Session& /*session*/, const tws::wamp::Subscription& /*subscription*/) override {
    session = nullptr;
  }
  tws::wamp::Session* session = nullptr;
  int told = 0;
};

class Owner final : public tws::LineLink::Owner {
 public:
  [[nodiscard]] bool takes_lines() const override { return true; }
  void on_line(std::string_view /*line*/) override {}
  void on_long_line() override {}
  void on_sent() override { watch->on_sent(); }
  void on_end() override { ended = true; }
  tws::AdminWatch* watch = nullptr;
  bool ended = false;
};

}  // namespace

TEST_GROUP(AdminWatch) {
  struct ev_loop* loop = ev_loop_new(EVFLAG_AUTO);
  tws::Fd peer;
  tws::Fd ours;
  void setup() override {
    std::array<int, 2> pair{};
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair.data()));
    ours.reset(pair[0]);
    peer.reset(pair[1]);
  }
  void teardown() override { ev_loop_destroy(loop); }

  // What has come to the client, with the loop running.
  std::string receive() {
    std::string all;
    std::array<char, 65536> buffer{};
    for (int idle = 0; idle < 3;) {
      ev_run(loop, EVRUN_NOWAIT);
      const ssize_t size = recv(peer.get(), buffer.data(), buffer.size(), 0);
      idle = size > 0 ? 0 : idle + 1;
      all.append(buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    }
    return all;
  }
};

TEST(AdminWatch, OneThatFallsBehindIsToldAnewWhenItHasCaughtUp) {
  tws::wamp::Realm realm("torrents", {});
  Topic topic;
  realm.broker().add_server_topic("torrents", &topic);
  Owner owner;
  {
    tws::LineLink link(loop, std::move(ours), kMaxLine, owner);
    tws::AdminWatch watch(link, realm, "torrents");
    owner.watch = &watch;
    STRCMP_EQUAL("{\"watching\":\"torrents\"}\n", receive().c_str());
    LONGS_EQUAL(1, topic.told);

    const auto& subscription = realm.broker().server_subscription("torrents", "");
    const auto event = subscription.event(std::make_shared<const tws::wamp::Payload>(
        tws::wamp::kwargs_payload("{\"text\":\n\"" + std::string(1 << 20, 'x') + "\"}")));
    for (int i = 0; i < 100; ++i) {
      topic.session->offer_event(subscription, event);
    }
    CHECK_TRUE(link.queued_bytes() < 8UL << 20);
    LONGS_EQUAL(1, topic.told);
    const std::string received = receive();
    LONGS_EQUAL(2, topic.told);
    const auto lines = std::count(received.begin(), received.end(), '\n');
    CHECK_TRUE(lines > 1 && lines < 8);
    CHECK_TRUE(received.compare(0, 4, "[36,") == 0);
    topic.session->offer_event(subscription, event);
    CHECK_FALSE(receive().empty());
    CHECK_FALSE(owner.ended);
  }
  POINTERS_EQUAL(nullptr, topic.session);
}

TEST(AdminWatch, OneThatIsRefusedSaysWhyAndEnds) {
  tws::wamp::Realm realm("realm1", tws::wamp::RealmPolicy{true, {}, {}});
  Owner owner;
  tws::LineLink link(loop, std::move(ours), kMaxLine, owner);
  tws::AdminWatch watch(link, realm, "a b");
  owner.watch = &watch;
  CHECK_TRUE(receive().find("{\"error\":") == 0);
  CHECK_TRUE(owner.ended);
}
