#include "admin/admin_client.hpp"

#include "admin/admin_answers.hpp"
#include "wamp/uri.hpp"
#include "wire/error_uris.hpp"

namespace tws {

namespace {

constexpr std::size_t kMaxLine = 4096;
constexpr std::size_t kSessionsOfPage = 100;
constexpr std::int64_t kMaxDrainSeconds = 86'400;
constexpr const char* kKilled = "killed by an administrator";

Json session_json(wamp::Realm& realm, wamp::Session& session) {
  const wamp::Identity& identity = session.identity();
  const TransportInfo transport = session.transport().info();
  return Json(json_pack("{sI ss% ss ss ss% sI sI ss% sI ss}", "id", static_cast<json_int_t>(session.id()), "user",
                        identity.user.data(), identity.user.size(), "authmethod", identity.method.c_str(), "realm",
                        realm.name().c_str(), "address", transport.address.data(), transport.address.size(), "since",
                        static_cast<json_int_t>(session.since()), "subscriptions",
                        static_cast<json_int_t>(realm.broker().count(session)), "transport", transport.kind.data(),
                        transport.kind.size(), "queued_bytes", static_cast<json_int_t>(transport.queued_bytes), "state",
                        session.state_name()));
}

// Null where there can be no such topic. A site's own ones are in the realm of the server's, or in the open one of test
// builds.
wamp::Realm* realm_of(const wamp::Realms& realms, const std::string& topic) {
  wamp::Realm* of_site = nullptr;
  for (const auto& [name, realm] : realms) {
    if (realm->broker().is_server_topic(topic)) {
      return realm.get();
    }
    of_site = of_site == nullptr || realm->policy().open_to_anybody ? realm.get() : of_site;
  }
  return wamp::is_uri(topic) ? of_site : nullptr;
}

bool kill(wamp::Session& session) { return session.end(close_uri::kKilled, CloseCode::kPolicyViolation, kKilled); }

}  // namespace

AdminClient::AdminClient(struct ev_loop* loop, Fd socket, const ucred& peer, AdminDesk& desk,
                         std::function<void()> on_end)
    : peer_(peer), desk_(desk), on_end_(std::move(on_end)), link_(loop, std::move(socket), kMaxLine, *this) {}

// While it watches, its hanging up is to be seen.
bool AdminClient::takes_lines() const { return watch_ || (link_.queued_bytes() == 0 && !to_list_); }

void AdminClient::on_line(std::string_view line) {
  if (watch_) {
    link_.send(error_answer("this connection watches a topic; take another one for commands"));
    link_.finish();
    return;
  }
  const auto request = parse_json(line);
  const auto answered = request ? answer(request->get()) : Result<Json>(request.error());
  if (!answered) {
    link_.send(error_answer(answered.error().message));
  } else if (*answered) {
    link_.send(to_text(answered->get()));
  }
}

void AdminClient::on_long_line() {
  link_.send(error_answer("the request is longer than " + std::to_string(kMaxLine) + " bytes"));
}

void AdminClient::on_sent() {
  if (watch_) {
    watch_->on_sent();
  } else if (to_list_) {
    send_page();
  }
}

void AdminClient::on_end() {
  ended_ = true;
  on_end_();
}

// Null when the answer is under way otherwise.
Result<Json> AdminClient::answer(const json_t* request) {
  const std::string command = text_member(request, "command");
  if (command == "status") {
    link_.send(desk_.status());
    return Json();
  }
  if (command == "sessions") {
    list_sessions();
    return Json();
  }
  if (command == "kick") {
    return kick(request);
  }
  if (command == "drain") {
    return drain(request);
  }
  if (command == "watch") {
    const auto watched = watch(request);
    return watched ? Result<Json>(Json()) : Result<Json>(watched.error());
  }
  return Error{
      "the command is none of status, sessions, kick, drain and watch; "
      "install torrent-wsctl and torrent-ws of the same version",
      {}};
}

Result<Json> AdminClient::kick(const json_t* request) const {
  const auto id = integer_member(request, "session");
  const auto user = string_member(request, "user");
  if (id.has_value() == user.has_value()) {
    return Error{"kick needs a session's id (a number) or a user's (a text)", {}};
  }
  json_int_t killed = 0;
  for (const auto& [name, realm] : desk_.realms) {
    if (id) {
      wamp::Session* session = realm->find(static_cast<wamp::Id>(*id));
      killed += session != nullptr && kill(*session) ? 1 : 0;
      continue;
    }
    for (wamp::Session* session : realm->sessions()) {
      killed += session->identity().user == *user && kill(*session) ? 1 : 0;
    }
  }
  const std::string whom = id ? "session " + std::to_string(*id) : "user \"" + std::string(*user) + "\"";
  if (id && killed == 0) {
    return Error{"there is no " + whom + " (any more); the command sessions lists them", {}};
  }
  log_action("killed " + std::to_string(killed) + " sessions: " + whom);
  return Json(json_pack("{sI}", "killed", killed));
}

Result<Json> AdminClient::drain(const json_t* request) const {
  const auto seconds = integer_member(request, "seconds");
  if (!seconds || *seconds < 0 || *seconds > kMaxDrainSeconds) {
    return Error{"drain needs a whole number of seconds from 0 to " + std::to_string(kMaxDrainSeconds), {}};
  }
  const std::size_t count = desk_.drain.begin(std::chrono::seconds(*seconds));
  log_action("closes " + std::to_string(count) + " sessions over " + std::to_string(*seconds) + " s");
  return Json(json_pack("{sI}", "draining", static_cast<json_int_t>(count)));
}

Status AdminClient::watch(const json_t* request) {
  const std::string topic = text_member(request, "topic");
  wamp::Realm* realm = realm_of(desk_.realms, topic);
  if (realm == nullptr) {
    return Error{"the server has no topic \"" + topic + "\"; docs/topics.md tells them, such as torrents", {}};
  }
  watch_ = std::make_unique<AdminWatch>(link_, *realm, topic);
  return Done{};
}

void AdminClient::list_sessions() {
  to_list_.emplace();
  for (const auto& [name, realm] : desk_.realms) {
    for (const wamp::Session* session : realm->sessions()) {
      to_list_->emplace_back(realm.get(), session->id());
    }
  }
  send_page();
}

// Some at a time: there may be a million.
void AdminClient::send_page() {
  const Json sessions(json_array());
  for (std::size_t i = 0; i < kSessionsOfPage && !to_list_->empty(); ++i) {
    const auto& [realm, id] = to_list_->back();
    if (wamp::Session* session = realm->find(id)) {
      json_array_append_new(sessions.get(), session_json(*realm, *session).release());
    }
    to_list_->pop_back();
  }
  const bool more = !to_list_->empty();
  if (!more) {
    to_list_.reset();
  }
  link_.send(to_text(Json(json_pack("{sO sb}", "sessions", sessions.get(), "more", more ? 1 : 0)).get()));
}

void AdminClient::log_action(const std::string& what) const {
  desk_.log.write(
      LogLevel::kNotice, "TWS0111",
      "torrent-wsctl of user " + std::to_string(peer_.uid) + ", process " + std::to_string(peer_.pid) + ": " + what);
}

}  // namespace tws
