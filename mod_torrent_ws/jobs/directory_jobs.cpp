#include "jobs/directory_jobs.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "wire/error_uris.hpp"

namespace tws {

namespace {

// As the worker has it: what is longer is no user id, token or login.
constexpr std::size_t kMaxText = 1024;

using Answered = std::function<void(const Result<Json>&)>;
using Arguments = std::initializer_list<std::pair<const char*, const std::string&>>;

// All of them may be repeated: a token's attempt makes that safe, so that whoever redeemed first may do so again.
void ask(Jobs& jobs, const char* name, Arguments arguments, std::chrono::milliseconds timeout, const Answered& done) {
  const Json body(json_object());
  for (const auto& [key, text] : arguments) {
    if (text.size() > kMaxText || json_object_set_new(body.get(), key, json_stringn(text.data(), text.size())) != 0) {
      done(Error{"not a token, login or key", error_uri::kAuthenticationFailed});
      return;
    }
  }
  JobRequest request;
  request.name = name;
  request.body = to_text(body.get());
  request.repeatable = true;
  request.timeout = timeout;
  jobs.submit(std::move(request), [done](const Result<std::string>& outcome) {
    done(outcome ? parse_json(*outcome) : Result<Json>(outcome.error()));
  });
}

}  // namespace

wamp::Directory directory_of(Jobs& jobs, bool has_database, bool login_table, std::chrono::milliseconds timeout) {
  wamp::Directory directory;
  if (!has_database) {
    if (login_table) {
      directory.find_user = [](const std::string& /*login*/, const auto& done) {
        done(Error{"the database of logins is there from a restart on", error_uri::kDatabaseUnavailable});
      };
    }
    return directory;
  }
  directory.redeem_token = [&jobs, timeout](const std::string& user, const std::string& token, const auto& done) {
    ask(jobs, "token.redeem", {{"user_id", user}, {"token", token}}, timeout,
        [done](const Result<Json>& answer) { done(answer ? Status(Done{}) : answer.error()); });
  };
  directory.find_key = [&jobs, timeout](const std::string& user, const auto& done) {
    ask(jobs, "key.get", {{"user_id", user}}, timeout, [done](const Result<Json>& answer) {
      if (!answer) {
        done(answer.error());
        return;
      }
      const json_t* key = answer->get();
      if (text_member(key, "key").empty()) {
        done(Error{"no key", error_uri::kAuthenticationFailed});
        return;
      }
      done(wamp::CraKey{text_member(key, "key"), text_member(key, "salt"),
                        integer_member(key, "iterations").value_or(0), integer_member(key, "key_length").value_or(0)});
    });
  };
  if (login_table) {
    directory.find_user = [&jobs, timeout](const std::string& login, const auto& done) {
      ask(jobs, "login.user", {{"login", login}}, timeout, [done](const Result<Json>& answer) {
        done(answer ? Result<std::string>(text_member(answer->get(), "user_id")) : answer.error());
      });
    };
  }
  return directory;
}

}  // namespace tws
