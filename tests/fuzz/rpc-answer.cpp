// What a daemon may answer: read in either dialect, taken into the list whole and in parts, and told to the pages. The
// first byte says what it is an answer to.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "worker/rpc_answer.hpp"
#include "worker/torrent_encoding.hpp"
#include "worker/torrent_list.hpp"

namespace {

using namespace tws::worker;

constexpr long kOk = 200;
constexpr TailForm kForms[] = {{ListFormat::kObject, tws::Serializer::kJson},
                               {ListFormat::kTable, tws::Serializer::kJson},
                               {ListFormat::kObject, tws::Serializer::kCbor},
                               {ListFormat::kTable, tws::Serializer::kMsgpack}};

// Whatever came, the pages get JSON in which each torrent is once.
void tell(const ListDelta& delta) {
  static const TorrentEncoder encoder("main", "main.");
  std::string tails;
  const auto lengths = encoder.append_tails(tails, kForms, delta, tws::Json(json_object()).get());
  if (!tws::parse_json("{" + tails.substr(0, lengths.front()))) {
    std::abort();
  }
}

void take_list(const json_t* result) {
  const json_t* table = json_object_get(result, "torrents");
  TorrentList list;
  if (const auto delta = list.replace(table, {})) {
    tell(*delta);
    tell(list.everything());
    const auto again = list.update(table, nullptr, {});
    if (!again || !again->empty()) {
      std::abort();  // it has told all that there is
    }
  }
  if (const auto delta = list.update(table, json_object_get(result, "removed"), {})) {
    tell(*delta);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr const char* kMethods[] = {"torrent-get", "torrent-add", "session-get", "group-get"};
  if (size == 0) {
    return 0;
  }
  const std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const RpcReply reply = read_rpc_answer(kOk, body, kMethods[data[0] % std::size(kMethods)]);
  if ((reply.outcome == RpcOutcome::kSuccess) != json_is_object(reply.arguments.get())) {
    std::abort();
  }
  take_list(reply.arguments.get());
  return 0;
}
