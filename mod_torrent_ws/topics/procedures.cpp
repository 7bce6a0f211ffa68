#include "topics/procedures.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "wire/error_uris.hpp"

namespace tws {

namespace {

struct Procedure {
  const char* name;
  bool only_reads;  // so that it may be tried again when its worker dies
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
};

// The daemon that the call names, or the only one.
Result<const DaemonFeed*> find_feed(const Feeds& feeds, const json_t* kwargs) {
  const json_t* named = json_object_get(kwargs, "daemon");
  if (named == nullptr && feeds.size() == 1) {
    return feeds.front().get();
  }
  const auto found = std::find_if(feeds.begin(), feeds.end(), [named](const auto& feed) {
    return named != nullptr && feed->name() == string_of(named);
  });
  if (found == feeds.end()) {
    return Error{named == nullptr ? "name one of the daemons in the argument daemon" : "no such daemon",
                 error_uri::kInvalidArgument};
  }
  return found->get();
}

std::string without_daemon(const json_t* kwargs) {
  if (kwargs == nullptr) {
    return "{}";
  }
  const Json copy(json_copy(const_cast<json_t*>(kwargs)));
  json_object_del(copy.get(), "daemon");
  return to_text(copy.get());
}

wamp::Answer kwargs_answer(std::string kwargs) {
  wamp::Payload payload;
  payload.kwargs = std::move(kwargs);
  return payload;
}

}  // namespace

void add_procedures(wamp::Dealer& dealer, Jobs& jobs, const Feeds& feeds, std::chrono::milliseconds timeout) {
  for (const Procedure& procedure : kProcedures) {
    dealer.add_server_procedure(procedure.name, [&dealer, &jobs, &feeds, procedure, timeout](const wamp::Call& call) {
      const auto feed = find_feed(feeds, call.kwargs);
      if (!feed) {
        dealer.answer(call.session, call.request, feed.error());
        return;
      }
      JobRequest request;
      request.worker = (*feed)->name();
      request.name = procedure.name;
      request.body = without_daemon(call.kwargs);
      request.user = call.user;
      request.caller = call.session;
      request.admin = call.admin;
      request.repeatable = procedure.only_reads;
      request.timeout = timeout;
      jobs.submit(
          std::move(request), [&dealer, session = call.session, id = call.request](Result<std::string> outcome) {
            dealer.answer(session, id, outcome ? kwargs_answer(std::move(*outcome)) : wamp::Answer(outcome.error()));
          });
    });
  }
  const auto add_cached = [&dealer, &feeds](const char* name, bool since) {
    dealer.add_server_procedure(name, [&dealer, &feeds, since](const wamp::Call& call) {
      const auto feed = find_feed(feeds, call.kwargs);
      const auto revision = since ? integer_member(call.kwargs, "revision").value_or(-1) : 0;
      if (!feed || revision < 0) {
        dealer.answer(call.session, call.request,
                      feed ? Error{"revision is a number", error_uri::kInvalidArgument} : feed.error());
        return;
      }
      dealer.answer(call.session, call.request,
                    kwargs_answer(TorrentsTopic::changes_since(**feed, static_cast<std::uint64_t>(revision))));
    });
  };
  add_cached("torrents.snapshot", false);
  add_cached("torrents.since", true);
}

}  // namespace tws
