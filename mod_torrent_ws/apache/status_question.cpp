#include "apache/status_question.hpp"

#include "apache/loop_question.hpp"
#include "apache/supervisor.hpp"
#include "wire/handover.hpp"

namespace tws::apache {

Result<Json> ask_for_status(const request_rec* request, std::chrono::milliseconds timeout) {
  const ServerState& state = state_of(request->server);
  if (state.supervisor == nullptr || !is_up(*state.supervisor)) {
    return Error{"torrent-ws is not up", {}};
  }
  Handover question;
  question.kind = HandoverKind::kStatus;
  const auto encoded = encode_handover(question);
  const auto answer = encoded ? ask_event_loop(*state.supervisor, *encoded, {}, timeout) : encoded;
  auto status = answer ? parse_json(*answer) : Result<Json>(answer.error());
  if (!status) {
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, request, "TWS0006: no status: %s", status.error().message.c_str());
    return Error{"torrent-ws does not answer", {}};
  }
  return status;
}

}  // namespace tws::apache
