#include "worker/pool_worker.hpp"

#include "wire/error_uris.hpp"
#include "worker/log_codes.hpp"
#include "worker/token_store.hpp"

namespace tws::worker {

namespace {

// What a client may send as user id or token at the most, in bytes.
constexpr std::size_t kMaxText = 1024;

Result<std::string> redeem_token(TokenStore& tokens, JobSocket& socket, const JobFrame& job) {
  const auto arguments = parse_json(job.body);
  const auto user_id = arguments ? string_member(arguments->get(), "user_id") : std::nullopt;
  const auto token = arguments ? string_member(arguments->get(), "token") : std::nullopt;
  if (!user_id || !token || user_id->size() > kMaxText || token->size() > kMaxText) {
    return Error{"user_id and token must be strings", error_uri::kInvalidArgument};
  }
  const auto attempt = string_member(job.header.get(), "attempt").value_or("");
  if (auto redeemed = tokens.redeem(*user_id, *token, attempt); !redeemed) {
    if (redeemed.error().uri != error_uri::kDatabaseUnavailable) {
      return redeemed.error();
    }
    // What is wrong with the file is for the log, not for whoever tries to sign in.
    socket.log("error", log_code::kDatabase, redeemed.error().message);
    return Error{"tokens cannot be redeemed at the moment", error_uri::kDatabaseUnavailable};
  }
  std::string result = R"({"userId":)";
  append_json_string(result, *user_id);
  return result += '}';
}

Result<std::string> run_job(TokenStore& tokens, JobSocket& socket, const JobFrame& job) {
  const auto name = string_member(job.header.get(), "name").value_or("");
  if (name == "token.redeem") {
    return redeem_token(tokens, socket, job);
  }
  return Error{"a pool worker has no job " + std::string(name), error_uri::kNoSuchProcedure};
}

}  // namespace

int run_pool_worker(JobSocket& socket, const Json& configuration) {
  const auto database = string_member(configuration.get(), "database");
  if (!database) {
    socket.log("error", log_code::kConfiguration, "the configuration names no token database");
    return 1;
  }
  TokenStore tokens{std::string(*database)};
  socket.send_ready();
  for (JobFrame frame; socket.receive(); socket.wait()) {
    auto got = socket.next(frame);
    for (; got && *got; got = socket.next(frame)) {
      const auto id = integer_member(frame.header.get(), "id");
      if (!id || string_member(frame.header.get(), "type") != "job") {
        continue;  // `cancel`: whatever it names was already answered
      }
      if (const auto result = run_job(tokens, socket, frame)) {
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
