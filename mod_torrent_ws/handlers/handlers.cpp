#include "handlers/handlers.hpp"

#include <algorithm>
#include <utility>

#include "handlers/handler_messages.hpp"
#include "wamp/session.hpp"
#include "wire/error_uris.hpp"
#include "wire/reserved_names.hpp"

namespace tws {

Handlers::Handlers(const std::vector<HandlerConfiguration>& configurations, std::chrono::milliseconds job_timeout,
                   const HandlerSurroundings& surroundings)
    : realm_(surroundings.realm) {
  for (const HandlerConfiguration& configuration : configurations) {
    const auto timeout =
        configuration.timeout_ms > 0 ? std::chrono::milliseconds(configuration.timeout_ms) : job_timeout;
    handlers_.push_back(std::make_unique<Handler>(configuration, timeout, surroundings));
  }
}

Handler* Handlers::find(const std::string& name) const {
  const auto found = std::find_if(handlers_.begin(), handlers_.end(),
                                  [&name](const auto& handler) { return handler->name() == name; });
  return found == handlers_.end() ? nullptr : found->get();
}

std::vector<pid_t> Handlers::pids() const {
  std::vector<pid_t> pids;
  for (const auto& handler : handlers_) {
    handler->append_pids(pids);
  }
  return pids;
}

Status Handlers::take(std::string_view header, std::string_view body) {
  auto parsed = header.size() <= kMaxJobHeader ? parse_json(header) : Result<Json>(Error{});
  if (!parsed || !string_member(parsed->get(), "type")) {
    return Error{"its first frame is no header of the worker protocol", {}};
  }
  const JobFrame frame{std::move(*parsed), std::string(body)};
  const bool taken =
      std::any_of(handlers_.begin(), handlers_.end(), [&frame](const auto& handler) { return handler->take(frame); });
  return taken ? Status(Done{}) : Error{"no job has its id and attempt: it is late, or was not asked for", {}};
}

void Handlers::admit(const ZmqConfiguration& zmq) {
  for (const auto& handler : handlers_) {
    handler->admit(zmq);
  }
}

void Handlers::leave() {
  for (const auto& handler : handlers_) {
    handler->leave();
  }
}

void Handlers::tick() {
  for (const auto& handler : handlers_) {
    handler->tick();
  }
}

Handler* Handlers::handler_of(const UriPattern& uris) const {
  // No pattern of anybody's has the server's own names.
  if (uris.match == Match::kExact && is_reserved(uris.uri)) {
    return nullptr;
  }
  const auto found =
      std::find_if(handlers_.begin(), handlers_.end(), [&uris](const auto& handler) { return handler->touches(uris); });
  return found == handlers_.end() ? nullptr : found->get();
}

void Handlers::tell_all(const wamp::Session& session, std::string_view event) {
  if (handlers_.empty() || !is_client(session)) {
    return;
  }
  const std::string body = HandlerBody(session).finish();
  for (const auto& handler : handlers_) {
    handler->tell(session, event, body);
  }
}

void Handlers::joined(const wamp::Session& session) { tell_all(session, handler_event::kOpen); }

void Handlers::left(const wamp::Session& session) { tell_all(session, handler_event::kClose); }

bool Handlers::has(const UriPattern& uris) const { return handler_of(uris) != nullptr; }

void Handlers::may_subscribe(const wamp::Session& session, const UriPattern& topics, const wamp::Value& options,
                             const Subscribed& done) {
  Handler* handler = handler_of(topics);
  if (handler == nullptr || !is_client(session)) {
    done(Done{});
    return;
  }
  if (!handler->covers(topics)) {
    done(Error{"the pattern has topics of the site's handler " + handler->name() + " and others; subscribe to fewer",
               error_uri::kOptionNotAllowed});
    return;
  }
  handler->submit({handler_event::kSubscribe, HandlerBody(session).topics(topics).value("options", options).finish(),
                   session.id(), topics.uri, true,
                   [done](const Result<HandlerAnswer>& answer) { done(answer ? Status(Done{}) : answer.error()); }});
}

void Handlers::unsubscribed(const wamp::Session& session, const UriPattern& topics) {
  if (Handler* handler = handler_of(topics); handler != nullptr && is_client(session)) {
    handler->tell(session, handler_event::kUnsubscribe, HandlerBody(session).topics(topics).finish());
  }
}

void Handlers::may_publish(const wamp::Session& session, const wamp::PublicationPtr& publication,
                           const wamp::Value& options, const Published& done) {
  Handler* handler = handler_of({publication->topic, Match::kExact});
  if (handler == nullptr) {
    done(publication);
    return;
  }
  HandlerBody body(session);
  body.text("topic", publication->topic).payload(*publication->payload).value("options", options);
  handler->submit({handler_event::kPublish, body.finish(), session.id(), publication->topic, false,
                   [publication, done](const Result<HandlerAnswer>& answer) {
                     if (!answer) {
                       done(answer.error());
                     } else if (!answer->publish) {
                       done(wamp::PublicationPtr());
                     } else if (!answer->payload) {
                       done(publication);
                     } else {
                       auto changed = *publication;
                       changed.payload = std::make_shared<const wamp::Payload>(*answer->payload);
                       done(std::make_shared<const wamp::Publication>(std::move(changed)));
                     }
                   }});
}

void Handlers::call(const wamp::Session& caller, wamp::Id request, const std::string& procedure,
                    const wamp::Payload& payload) {
  handler_of({procedure, Match::kExact})
      ->submit({handler_event::kCall, HandlerBody(caller).text("procedure", procedure).payload(payload).finish(),
                caller.id(), procedure, false,
                [&dealer = realm_.dealer(), session = caller.id(), request](const Result<HandlerAnswer>& answer) {
                  dealer.answer(session, request,
                                answer ? wamp::Answer(answer->payload.value_or(wamp::Payload())) : answer.error());
                }});
}

}  // namespace tws
