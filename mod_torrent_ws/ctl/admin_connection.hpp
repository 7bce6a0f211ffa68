// AdminConnection: torrent-wsctl's end of the socket to torrent-ws (admin/admin_client.hpp tells what is said on it).
// Every error says what to do about it.
#pragma once

#include <ctime>
#include <string>

#include "support/fd.hpp"
#include "support/json.hpp"
#include "support/result.hpp"

namespace tws {

class AdminConnection {
 public:
  static Result<AdminConnection> open(const std::string& path);

  // Sends a request and waits for its answer, which may be an error. Not for ever: torrent-ws answers at once.
  Result<Json> ask(const json_t* request);
  // The next answer of a command that has several, as soon.
  Result<Json> next_answer();
  // What is watched, however long it takes.
  Result<Json> next_event();

 private:
  explicit AdminConnection(Fd socket) : socket_(std::move(socket)) {}
  Result<Json> receive(time_t seconds);
  Result<std::string> read_line();

  Fd socket_;
  std::string incoming_;
};

}  // namespace tws
