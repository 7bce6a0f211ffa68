#include "wamp/sign_in.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "support/random.hpp"
#include "wamp/cra.hpp"
#include "wamp/session.hpp"
#include "wire/error_uris.hpp"

namespace tws::wamp {

namespace {

// So many wrong tries end the session: guessing costs a connection each few of them.
constexpr int kMaxFailed = 3;
// So late a wrong try is answered.
constexpr auto kWrongAnswerDelay = std::chrono::milliseconds(1000);

std::optional<std::string> text_or_number(const Value& dict, const char* key) {
  const Value* value = member(dict, key);
  if (value == nullptr || !(value->is_string() || value->is_number_integer())) {
    return std::nullopt;
  }
  return value->is_string() ? value->get<std::string>() : value->dump();
}

struct TokenOptions {
  std::string user;
  std::string token;
};

std::optional<TokenOptions> token_options(const Value& options) {
  for (const auto& [user_key, token_key] : {std::pair{"_user_id", "_token"}, std::pair{"userId", "token"}}) {
    const auto user = text_or_number(options, user_key);
    const auto token = text_member(options, token_key);
    if (user && token) {
      return TokenOptions{*user, *token};
    }
  }
  return std::nullopt;
}

bool is_wrong_try(const Error& error) { return error.uri == error_uri::kAuthenticationFailed; }

}  // namespace

void SignIn::on_hello(const Value& details) {
  const auto& find_user = session_.realm().policy().directory.find_user;
  if (site_user_.empty() || !find_user) {
    choose(details, site_user_.empty() ? Identity{} : Identity{site_user_, "httpd"});
    return;
  }
  session_.authenticating();
  find_user(site_user_, [alive = if_alive(), details](const Result<std::string>& user) {
    alive([&](SignIn& self) {
      if (user) {
        self.choose(details, Identity{*user, "httpd"});
      } else if (is_wrong_try(user.error())) {
        self.choose(details, Identity{});
      } else {
        self.abort_refused(user.error());
      }
    });
  });
}

// The first of the client's methods that can be had.
void SignIn::choose(const Value& details, const Identity& site) {
  const auto& directory = session_.realm().policy().directory;
  const std::string user = text_member(details, "authid").value_or("");
  const Value* given = member(details, "authmethods");
  Value methods = given != nullptr && given->is_array() ? *given : Value::array();
  if (methods.empty()) {
    methods.push_back("anonymous");
  }
  for (const Value& method : methods) {
    if (method == "ticket" && !user.empty() && directory.redeem_token) {
      challenge_ticket(user);
      return;
    }
    if (method == "wampcra" && !user.empty() && directory.find_key) {
      challenge_cra(user);
      return;
    }
    // Whom httpd let in is nobody's stranger; WAMP's name for a login that came with the upgrade is cookie.
    if (method == "anonymous" || (!site.user.empty() && (method == "httpd" || method == "cookie"))) {
      if (!site.user.empty() && !session_.take_identity(site)) {
        abort_refused(Error{"this user has as many connections as there may be", error_uri::kTooManyConnections});
        return;
      }
      session_.welcome();
      return;
    }
  }
  session_.abort(error_uri::kNoMatchingAuthMethod,
                 "this realm takes the authmethods ticket and wampcra (with an authid), httpd and anonymous");
}

void SignIn::challenge_ticket(std::string user) {
  session_.authenticating();
  challenged_ = true;
  pending_user_ = std::move(user);
  session_.send_challenge("ticket", Value::object());
}

void SignIn::challenge_cra(std::string user) {
  session_.authenticating();
  pending_user_ = std::move(user);
  session_.realm().policy().directory.find_key(pending_user_, [alive = if_alive()](const Result<CraKey>& key) {
    alive([&](SignIn& self) {
      if (key) {
        self.send_cra_challenge(*key);
      } else if (is_wrong_try(key.error())) {
        // Who has no key is not told so: nobody can sign this.
        self.send_cra_challenge(self.session_.realm().decoy_key(self.pending_user_));
      } else {
        self.abort_refused(key.error());
      }
    });
  });
}

void SignIn::send_cra_challenge(const CraKey& key) {
  challenged_ = true;
  cra_key_ = key.key;
  cra_challenge_ = challenge_text(CraChallenge{.authid = pending_user_,
                                               // Not more than that, before anything is proved.
                                               .authrole = kUserRole,
                                               .authprovider = kAuthProvider,
                                               .session = session_.id()});
  Value extra = {{"challenge", cra_challenge_}};
  if (!key.salt.empty()) {
    extra["salt"] = key.salt;
    extra["iterations"] = key.iterations;
    extra["keylen"] = key.key_length;
  }
  session_.send_challenge("wampcra", extra);
}

void SignIn::on_authenticate(const std::string& signature) {
  if (!std::exchange(challenged_, false)) {
    session_.violate("AUTHENTICATE without a CHALLENGE");
    return;
  }
  if (!cra_challenge_.empty()) {
    check_signature(signature);
    return;
  }
  redeem(pending_user_, signature, [](Session& session, const Status& redeemed) {
    if (redeemed) {
      session.welcome();
    } else {
      session.sign_in().abort_refused(redeemed.error());
    }
  });
}

void SignIn::check_signature(const std::string& signature) {
  const auto aborted = [](Session& session, const Status& refused) {
    session.sign_in().abort_refused(refused.error());
  };
  FailedSignIns& failed = session_.realm().failed_sign_ins();
  const std::string_view address = session_.transport().info().address;
  const auto now = Timers::Clock::now();
  if (!failed.may_try(address, now)) {
    aborted(session_, Error{"too many wrong tries: wait a minute", error_uri::kAuthenticationDenied});
    return;
  }
  if (!is_cra_signature(cra_key_, cra_challenge_, signature)) {
    ++under_way_;
    failed.count(address, now);
    session_.realm().count_wrong_try();
    refuse_late(Error{"the challenge is not signed with this user's key", error_uri::kAuthenticationFailed}, aborted);
    return;
  }
  if (const auto taken = take(pending_user_, "wampcra"); !taken) {
    aborted(session_, taken);
    return;
  }
  session_.welcome();
}

void SignIn::with_token_of(const Value& options, Done done) {
  const auto token = token_options(options);
  if (token) {
    redeem(token->user, token->token, std::move(done));
  } else {
    done(session_, tws::Done{});
  }
}

void SignIn::redeem(const std::string& user, const std::string& token, Done done) {
  const auto& redeem_token = session_.realm().policy().directory.redeem_token;
  const std::string& known = session_.identity().user;
  if (!redeem_token) {
    done(session_, Error{"this realm takes no tokens", error_uri::kNotAuthorized});
    return;
  }
  if (!known.empty() && known != user) {
    done(session_, Error{"the session is another user's already", error_uri::kNotAuthorized});
    return;
  }
  if (failed_ + under_way_ >= kMaxFailed) {
    done(session_, Error{"too many tokens at a time", error_uri::kNotAuthorized});
    return;
  }
  ++under_way_;
  redeem_token(user, token,
               [alive = if_alive(), &realm = session_.realm(), user, done = std::move(done)](const Status& redeemed) {
                 const bool was_wrong = !redeemed && is_wrong_try(redeemed.error());
                 if (was_wrong) {
                   // Also when the client did not wait for the answer.
                   realm.count_wrong_try();
                 }
                 alive([&](SignIn& self) {
                   if (was_wrong) {
                     self.refuse_late(redeemed.error(), done);
                     return;
                   }
                   --self.under_way_;
                   done(self.session_, redeemed ? self.take(user, "ticket") : redeemed);
                 });
               });
}

Status SignIn::take(const std::string& user, const char* method) {
  const std::string& known = session_.identity().user;
  if (!known.empty()) {
    return known == user ? Status(tws::Done{})
                         : Status(Error{"the session is another user's already", error_uri::kNotAuthorized});
  }
  if (!session_.take_identity(Identity{user, method})) {
    return Error{"this user has as many connections as there may be", error_uri::kTooManyConnections};
  }
  return tws::Done{};
}

void SignIn::refuse_late(const Error& error, Done done) {
  session_.realm().timers().after(kWrongAnswerDelay, [alive = if_alive(), error, done = std::move(done)] {
    alive([&](SignIn& self) {
      --self.under_way_;
      done(self.session_, error);
      if (++self.failed_ >= kMaxFailed && !self.session_.is_closed()) {
        self.session_.abort(error_uri::kNotAuthorized, "too many wrong tries");
      }
    });
  });
}

void SignIn::abort_refused(const Error& error) {
  const bool over_limit = error.uri == error_uri::kTooManyConnections;
  session_.abort(error.uri, error.message, over_limit ? CloseCode::kPolicyViolation : CloseCode::kNormal);
}

// The session may have ended, or have gone, when an answer comes: so it is looked up again by its id.
std::function<void(std::function<void(SignIn&)>)> SignIn::if_alive() {
  return [&realm = session_.realm(), id = session_.id()](const std::function<void(SignIn&)>& action) {
    Session* session = realm.find(id);
    if (session != nullptr && !session->is_closed()) {
      action(session->sign_in());
    }
  };
}

}  // namespace tws::wamp
