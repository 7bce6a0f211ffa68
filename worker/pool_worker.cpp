#include "worker/pool_worker.hpp"

#include <algorithm>
#include <array>

#include "wire/error_uris.hpp"
#include "worker/log_codes.hpp"
#include "worker/preference_store.hpp"
#include "worker/sign_in_store.hpp"
#include "worker/token_store.hpp"

namespace tws::worker {

namespace {

// What a client may send as user id, login or token at the most, in bytes.
constexpr std::size_t kMaxText = 1024;

// What the jobs ask, and where they log.
struct Stores {
  Stores(const std::string& path, JobSocket& log) : tokens(path), sign_ins(path), preferences(path), socket(log) {}
  TokenStore tokens;
  SignInStore sign_ins;
  PreferenceStore preferences;
  JobSocket& socket;
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

bool is_preference_name(std::string_view name) {
  constexpr std::size_t kLongest = 32;
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
  return !name.empty() && name.size() <= kLongest && kLetters.find(name.front()) != std::string_view::npos &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

// Their values are texts, each JSON, or null.
Result<PreferenceChanges> preference_changes(json_t* preferences) {
  PreferenceChanges changes;
  const char* key = nullptr;
  std::size_t length = 0;
  json_t* value = nullptr;
  json_object_keylen_foreach(preferences, key, length, value) {
    std::string name(key, length);
    if (!is_preference_name(name)) {
      return Error{"argument preferences must have names of a-z, 0-9 and _, of 32 at most, a letter first",
                   error_uri::kInvalidArgument};
    }
    if (json_is_null(value)) {
      changes.emplace(std::move(name), std::nullopt);
      continue;
    }
    std::string text(string_of(value));
    if (!parse_json(text)) {
      return Error{"argument preferences must have values of JSON with integers below 2^63, and " + name + " is none",
                   error_uri::kInvalidArgument};
    }
    changes.emplace(std::move(name), std::move(text));
  }
  return changes;
}

Result<std::string> get_preferences(Stores& stores, const json_t* arguments, std::string_view /*attempt*/) {
  const auto user_id = text_argument(arguments, "user_id");
  const auto preferences = user_id ? stores.preferences.get(*user_id) : user_id.error();
  if (!preferences) {
    return preferences.error();
  }
  for (const std::string& name : preferences->left_out) {
    stores.socket.log("warning", log_code::kPreference,
                      "the preference " + name + " of user " + *user_id + " is not JSON in the database");
  }
  return R"({"preferences":)" + preferences->object + "}";
}

Result<std::string> set_preferences(Stores& stores, const json_t* arguments, std::string_view /*attempt*/) {
  const auto user_id = text_argument(arguments, "user_id");
  if (!user_id) {
    return user_id.error();
  }
  const auto changes = preference_changes(json_object_get(arguments, "preferences"));
  const auto written = changes ? stores.preferences.set(*user_id, *changes) : changes.error();
  return written ? Result<std::string>("{}") : written.error();
}

struct Work {
  std::string_view name;
  Result<std::string> (*run)(Stores& stores, const json_t* arguments, std::string_view attempt);
};
constexpr std::array<Work, 5> kWork = {{{"token.redeem", redeem_token},
                                        {"login.user", find_login},
                                        {"key.get", find_key},
                                        {"preferences.get", get_preferences},
                                        {"preferences.set", set_preferences}}};

Result<std::string> run_job(Stores& stores, const JobFrame& job) {
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
    stores.socket.log("error", log_code::kDatabase, result.error().message);
    return Error{"the database cannot be used at the moment", error_uri::kDatabaseUnavailable};
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
  Stores stores(std::string(*database), socket);
  socket.send_ready();
  for (JobFrame frame; socket.receive(); socket.wait()) {
    auto got = socket.next(frame);
    for (; got && *got; got = socket.next(frame)) {
      const auto id = integer_member(frame.header.get(), "id");
      if (!id || string_member(frame.header.get(), "type") != "job") {
        continue;  // `cancel`: whatever it names was already answered
      }
      if (const auto result = run_job(stores, frame)) {
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
