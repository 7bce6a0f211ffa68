#include "worker/rpc_answer.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "worker/rpc_dialect.hpp"
#include "worker/torrent_table_check.hpp"

namespace tws::worker {

namespace {

constexpr std::size_t kMaxMessage = 500;

std::string reason_of_status(long status) {
  switch (status) {
    case 401:
      return "the daemon refuses our user name and password (HTTP 401): correct the credentials";
    case 403:
      return "the daemon does not admit this host (HTTP 403): see its rpc-whitelist, or restart it after too many "
             "wrong passwords";
    case 301:
    case 302:
    case 404:
      return "there is no RPC at the daemon's URL (HTTP " + std::to_string(status) +
             "): it ends in /transmission/rpc as a rule";
    case 421:
      return "the daemon does not go by this host name (HTTP 421): use its IP address, or see its rpc-host-whitelist";
    case 409:
      return "the daemon takes no session id, not even its own (HTTP 409): is there more than one behind its URL?";
    default:
      return "the daemon answers HTTP " + std::to_string(status);
  }
}

// transmission-daemon 3.00 writes a character beyond U+FFFF as \u with more than four digits. For some
// the first four are half of a surrogate pair, which is no text: one hostile name would hide the whole
// list. Such halves become U+FFFD.
std::string without_lone_surrogates(std::string text) {
  const auto code_unit = [&text](std::size_t at) -> unsigned long {
    if (text.compare(at, 2, "\\u") != 0) {
      return 0;
    }
    return std::strtoul(text.substr(at + 2, 4).c_str(), nullptr, 16);
  };
  const auto is_high = [](unsigned long unit) { return unit >= 0xD800 && unit < 0xDC00; };
  const auto is_low = [](unsigned long unit) { return unit >= 0xDC00 && unit < 0xE000; };
  for (std::size_t at = 0; (at = text.find('\\', at)) != std::string::npos && at + 6 <= text.size();) {
    const unsigned long unit = code_unit(at);
    if (is_high(unit) && at + 12 <= text.size() && is_low(code_unit(at + 6))) {
      at += 12;
      continue;
    }
    if (is_high(unit) || is_low(unit)) {
      text.replace(at, 6, "\\ufffd");
    }
    at += 2;  // over the backslash and what it escapes
  }
  return text;
}

// Cut where a character ends.
std::string shortened(std::string_view text) {
  if (text.size() > kMaxMessage) {
    std::size_t end = kMaxMessage;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) {
      --end;
    }
    text = text.substr(0, end);
  }
  return std::string(text);
}

// What an envelope of either dialect holds.
struct Envelope {
  RpcDialect dialect;
  std::optional<std::string> refusal;  // the daemon's error, in its words
  json_t* result;                      // borrowed; with an error too, or null
};

std::optional<Envelope> read_legacy(const json_t* answer) {
  const auto result = string_member(answer, "result");
  if (!result) {
    return std::nullopt;
  }
  const bool success = *result == "success";
  return Envelope{.dialect = RpcDialect::kLegacy,
                  .refusal = success ? std::nullopt : std::optional<std::string>(*result),
                  .result = json_object_get(answer, "arguments")};
}

std::optional<Envelope> read_json_rpc(const json_t* answer) {
  Envelope envelope{.dialect = RpcDialect::kJsonRpc, .refusal = {}, .result = json_object_get(answer, "result")};
  if (envelope.result != nullptr) {
    return envelope;
  }
  const json_t* error = json_object_get(answer, "error");
  if (!json_is_object(error)) {
    return std::nullopt;
  }
  const json_t* data = json_object_get(error, "data");
  // `message` says what kind of error it is, and `error_string` which one.
  const auto message = string_member(data, "error_string");
  envelope.refusal = message ? *message : string_member(error, "message").value_or("the daemon gives no reason");
  envelope.result = json_object_get(data, "result");
  return envelope;
}

std::optional<Envelope> read_envelope(const json_t* answer) {
  return json_object_get(answer, "jsonrpc") != nullptr ? read_json_rpc(answer) : read_legacy(answer);
}

// A proxy has it of its own, as 413 of a large request: that says nothing of other requests.
bool is_of_this_request(long status) {
  constexpr long kOfAll[] = {401, 403, 404, 409, 421};
  return status / 100 == 4 && std::find(std::begin(kOfAll), std::end(kOfAll), status) == std::end(kOfAll);
}

RpcReply unreadable(std::string reason) {
  return {.outcome = RpcOutcome::kLost, .arguments = {}, .message = std::move(reason), .unreadable = true};
}

RpcOutcome outcome_of_status(long status) {
  if (is_of_this_request(status)) {
    return RpcOutcome::kRefused;
  }
  // After 5xx, as a reverse proxy gives it, the daemon may have taken the request; it has after other kinds of success.
  return status >= 500 || status / 100 == 2 ? RpcOutcome::kLost : RpcOutcome::kUnreachable;
}

}  // namespace

RpcReply read_rpc_answer(long http_status, const std::string& body, std::string_view method) {
  if (http_status != 200) {
    return {outcome_of_status(http_status), {}, reason_of_status(http_status), http_status == 401};
  }
  auto answer = parse_json(body);
  if (!answer) {
    answer = parse_json(without_lone_surrogates(body));
  }
  const auto outcome = answer ? read_envelope(answer->get()) : std::nullopt;
  if (!outcome) {
    return unreadable("what answers at the daemon's URL is no Transmission RPC");
  }
  const Json result = translated_result(outcome->dialect, method,
                                        json_is_object(outcome->result) ? outcome->result : Json(json_object()).get());
  // That a torrent is there already is no error since 2.80, which not every daemon knows.
  if (outcome->refusal && json_object_get(result.get(), "torrent-duplicate") == nullptr) {
    return {RpcOutcome::kRefused, {}, shortened(*outcome->refusal)};
  }
  const json_t* torrents = json_object_get(result.get(), "torrents");
  if (const auto fault = json_is_array(json_array_get(torrents, 0)) ? fault_in_table(torrents) : std::nullopt) {
    return unreadable(*fault);
  }
  return {RpcOutcome::kSuccess, result, {}};
}

}  // namespace tws::worker
