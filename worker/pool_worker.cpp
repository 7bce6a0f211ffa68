#include "worker/pool_worker.hpp"

#include <algorithm>
#include <array>

#include "wire/error_uris.hpp"
#include "worker/log_codes.hpp"
#include "worker/sign_in_store.hpp"
#include "worker/token_store.hpp"

namespace tws::worker {

namespace {

// What a client may send as user id, login or token at the most, in bytes.
constexpr std::size_t kMaxText = 1024;

// What the jobs ask.
struct Stores {
  explicit Stores(const std::string& path) : tokens(path), sign_ins(path) {}
  TokenStore tokens;
  SignInStore sign_ins;
};

Result<std::string> text_argument(const json_t* arguments, const char* name) {
  const auto text = string_member(arguments, name);
  if (!text || text->size() > kMaxText) {
    return Error{std::string(name) + " must be a string of at most " + std::to_string(kMaxText) + " bytes",
                 error_uri::kInvalidArgument};
  }
  return std::string(*text);
}

// An object of these texts and numbers as a result, or an error where one is null as it is not UTF-8.
Result<std::string> result_of(const Json& object) {
  if (!object) {
    return Error{"the database has a text that is not UTF-8", error_uri::kDatabaseUnavailable};
  }
  return to_text(object.get());
}

json_t* new_text(const std::string& text) { return json_stringn(text.data(), text.size()); }

Result<std::string> redeem_token(Stores& stores, const json_t* arguments, std::string_view attempt) {
  const auto user_id = text_argument(arguments, "user_id");
  const auto token = text_argument(arguments, "token");
  if (!user_id || !token) {
    return user_id ? token.error() : user_id.error();
  }
  if (const auto redeemed = stores.tokens.redeem(*user_id, *token, attempt); !redeemed) {
    return redeemed.error();
  }
  return result_of(Json(json_pack("{so}", "userId", new_text(*user_id))));
}

Result<std::string> find_login(Stores& stores, const json_t* arguments, std::string_view /*attempt*/) {
  const auto login = text_argument(arguments, "login");
  const auto user_id = login ? stores.sign_ins.user_of(*login) : login.error();
  return user_id ? result_of(Json(json_pack("{so}", "user_id", new_text(*user_id)))) : user_id.error();
}

Result<std::string> find_key(Stores& stores, const json_t* arguments, std::string_view /*attempt*/) {
  const auto user_id = text_argument(arguments, "user_id");
  const auto key = user_id ? stores.sign_ins.key_of(*user_id) : user_id.error();
  if (!key) {
    return key.error();
  }
  if (key->salt.empty()) {
    return result_of(Json(json_pack("{so}", "key", new_text(key->key))));
  }
  return result_of(Json(json_pack("{so so sI sI}", "key", new_text(key->key), "salt", new_text(key->salt), "iterations",
                                  static_cast<json_int_t>(key->iterations), "key_length",
                                  static_cast<json_int_t>(key->key_length))));
}

struct Work {
  std::string_view name;
  Result<std::string> (*run)(Stores& stores, const json_t* arguments, std::string_view attempt);
};
constexpr std::array<Work, 3> kWork = {
    {{"token.redeem", redeem_token}, {"login.user", find_login}, {"key.get", find_key}}};

Result<std::string> run_job(Stores& stores, JobSocket& socket, const JobFrame& job) {
  const auto name = string_member(job.header.get(), "name").value_or("");
  const auto* const work =
      std::find_if(kWork.begin(), kWork.end(), [name](const Work& one) { return one.name == name; });
  if (work == kWork.end()) {
    return Error{"a pool worker has no job " + std::string(name), error_uri::kNoSuchProcedure};
  }
  const auto arguments = parse_json(job.body);
  const auto attempt = string_member(job.header.get(), "attempt").value_or("");
  auto result = work->run(stores, arguments ? arguments->get() : nullptr, attempt);
  if (!result && result.error().uri == error_uri::kDatabaseUnavailable) {
    // What is wrong with the file is for the log, not for whoever tries to sign in.
    socket.log("error", log_code::kDatabase, result.error().message);
    return Error{"the database of sign-ins cannot be used at the moment", error_uri::kDatabaseUnavailable};
  }
  return result;
}

}  // namespace

int run_pool_worker(JobSocket& socket, const Json& configuration) {
  const auto database = string_member(configuration.get(), "database");
  if (!database) {
    socket.log("error", log_code::kConfiguration, "the configuration names no token database");
    return 1;
  }
  Stores stores{std::string(*database)};
  socket.send_ready();
  for (JobFrame frame; socket.receive(); socket.wait()) {
    auto got = socket.next(frame);
    for (; got && *got; got = socket.next(frame)) {
      const auto id = integer_member(frame.header.get(), "id");
      if (!id || string_member(frame.header.get(), "type") != "job") {
        continue;  // `cancel`: whatever it names was already answered
      }
      if (const auto result = run_job(stores, socket, frame)) {
        socket.send_result(*id, *result);
      } else {
        socket.send_error(*id, result.error());
      }
    }
    if (!got) {
      socket.log("error", log_code::kProtocol, got.error().message);
      return 1;
    }
  }
  return 0;
}

}  // namespace tws::worker
