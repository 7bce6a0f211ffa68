#include "topics/procedures.hpp"

#include <array>
#include <memory>

#include "topics/pending_call.hpp"
#include "wire/error_uris.hpp"

namespace tws {

namespace {

struct Procedure {
  const char* name;
  bool only_reads;            // so that it may be tried again when its worker dies
  const char* job = nullptr;  // of another name than the procedure
};

constexpr std::array kProcedures = {
    Procedure{"torrent.add", false},
    Procedure{"torrent.start", false},
    Procedure{"torrent.start_now", false},
    Procedure{"torrent.stop", false},
    Procedure{"torrent.verify", false},
    Procedure{"torrent.reannounce", false},
    Procedure{"torrent.set", false},
    Procedure{"torrent.remove", false},
    Procedure{"torrent.set_location", false},
    Procedure{"torrent.rename_path", false},
    Procedure{"torrent.queue_top", false},
    Procedure{"torrent.queue_up", false},
    Procedure{"torrent.queue_down", false},
    Procedure{"torrent.queue_bottom", false},
    Procedure{"torrent.get", true},
    Procedure{"session.get", true},
    Procedure{"session.set", false},
    Procedure{"session.stats", true},
    Procedure{"session.close", false},
    Procedure{"free_space", true},
    Procedure{"port_test", true},
    Procedure{"blocklist_update", false},
    Procedure{"group.get", true},
    Procedure{"group.set", false},
    Procedure{"torrents.window", true, "torrents.window.get"},
};

// What the worker gets, which reads JSON.
std::string without_daemon(wamp::Value kwargs) {
  kwargs.erase("daemon");
  std::string text;
  wamp::encode(text, wamp::Serializer::kJson, kwargs);
  return text;
}

}  // namespace

Result<DaemonFeed*> find_feed(const Feeds& feeds, const wamp::Value& kwargs) {
  const wamp::Value* named = wamp::member(kwargs, "daemon");
  DaemonFeed* found = feed_for(feeds, named);
  if (found == nullptr) {
    return Error{named == nullptr ? "name one of the daemons in the argument daemon" : "no such daemon",
                 error_uri::kInvalidArgument};
  }
  return found;
}

void add_procedures(wamp::Realm& realm, Jobs& jobs, const Feeds& feeds, CommandsTopic& commands,
                    const CallTimes& times) {
  wamp::Dealer& dealer = realm.dealer();
  for (const Procedure& procedure : kProcedures) {
    dealer.add_server_procedure(
        procedure.name, [&realm, &jobs, &feeds, &commands, procedure, times](const wamp::Call& call) {
          const auto feed = find_feed(feeds, call.kwargs);
          if (!feed) {
            realm.dealer().answer(call.session, call.request, feed.error());
            return;
          }
          JobRequest request;
          request.worker = (*feed)->name();
          request.name = procedure.job != nullptr ? procedure.job : procedure.name;
          request.body = without_daemon(call.kwargs);
          request.user = call.user;
          request.caller = call.session;
          request.admin = call.admin;
          request.repeatable = procedure.only_reads;
          request.timeout = procedure.only_reads ? times.reads : times.commands;
          const auto pending = std::make_shared<PendingCall>(realm, commands, call, procedure.only_reads);
          pending->begin(call, request.worker);
          jobs.submit(
              std::move(request), [pending](Result<std::string> outcome) { pending->end(std::move(outcome)); },
              [pending](JobStage stage) { pending->enter(stage); });
        });
  }
}

}  // namespace tws
